"""Models counted in cells are all there, where they are, and on one grid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from confounded.report.cells import CELLS, counted

numbers = st.floats(-1e6, 1e6)
points_of = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=60)


@given(points_of)
def test_every_point_is_counted_once_and_lies_near_the_middle_of_its_cell(
    points: list[tuple[float, float]],
) -> None:
    cells = counted(points)
    assert sum(one.n for one in cells) == len(points)
    wide = [(max(p[side] for p in points) - min(p[side] for p in points)) / CELLS[side] for side in (0, 1)]
    for x, y in points:
        assert any(
            abs(x - one.x) <= wide[0] * 0.51 + 0.51 * (wide[0] == 0)
            and abs(y - one.y) <= wide[1] * 0.51 + 0.51 * (wide[1] == 0)
            for one in cells
        )


@given(points_of, st.data())
def test_parts_counted_on_the_grid_of_the_whole_add_up_to_it(
    points: list[tuple[float, float]], data: st.DataObject
) -> None:
    part = data.draw(st.lists(st.booleans(), min_size=len(points), max_size=len(points)))
    whole = {(one.x, one.y): one.n for one in counted(points)}
    found: dict[tuple[float, float], int] = {}
    for side in (True, False):
        own = [point for point, is_in in zip(points, part, strict=True) if is_in is side]
        for one in counted(own, points):
            found[one.x, one.y] = found.get((one.x, one.y), 0) + one.n
    assert found == whole


def test_nothing_to_count_is_no_cell() -> None:
    assert counted([]) == []
