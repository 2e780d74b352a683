"""A source that is named is studied as declared for it, and every choice gives way to what was asked for."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np
import polars as pl
import pytest
from scipy.stats import spearmanr

from confounded.cli import main
from confounded.datasets import sources as datasets
from confounded.datasets.sources import sources
from confounded.datasets.studies import StudyEntry
from confounded.errors import DatasetError, UsageError
from confounded.readers import read_sources
from confounded.study import Settings, StudyResult, named, study_sources
from confounded.study.check_result import CheckResult
from confounded.study.population import benchmark_facts, populations
from confounded.study.sources import check_sources
from tests.datasets.toys import source_of, written

MIRROR = Path(__file__).resolve().parents[3] / "shared" / "sources"

with_mirror = pytest.mark.skipif(not MIRROR.is_dir(), reason="the score files of other projects are not here")

SETTINGS = Settings(resamples=200)

ENTRY = StudyEntry(
    source="toy",
    notes=("these are made up",),
    files=("scores.csv",),
    suite=("one", "two", "three"),
    population="mixed",
    unknown_families_apart=True,
    directions={"*": "higher"},
    leave_out=("junk",),
)


def content() -> bytes:
    random = np.random.default_rng(1)
    ability = random.normal(size=14)
    rows = ["model,one,two,three,safe,junk"]
    for row, own in enumerate(ability):
        cells = [own + random.normal() * spread for spread in (0.3, 0.3, 0.3, 0.5, 1.0)]
        rows.append(f"made{row}," + ",".join(f"{cell:.4f}" for cell in cells))
    return "\n".join(rows).encode() + b"\n"


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mirror of one made source, with a file beside the scores that is not to be read."""
    files = {"scores.csv": content(), "other.csv": b"model,elsewhere\nmade1,1\n"}
    known = MappingProxyType({**sources(), "toy": source_of(files)})
    monkeypatch.setattr(datasets, "sources", lambda: known)
    monkeypatch.setattr(named, "sources", lambda: known)
    monkeypatch.setattr(named, "study_entries", lambda: {"toy": ENTRY})
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "mirror" / "toy_files", files)
    return tmp_path / "mirror"


def toy(mirror: Path, settings: Settings = SETTINGS, **options: object) -> StudyResult:
    return study_sources([Path("toy")], settings, mirror=mirror, **options)  # type: ignore[arg-type]


def test_it_is_studied_as_declared_and_the_report_says_so(mirror: Path) -> None:
    result = toy(mirror)
    assert [one.benchmark for one in result.correlations] == ["one", "safe", "three", "two"]
    assert [one.benchmark for one in result.correlations if not one.in_suite] == ["safe"]
    assert result.provenance.settings.suite == ENTRY.suite
    first = result.notices[0]
    assert (
        "as declared for it: --suite one,two,three; --population mixed; --unknown-families-apart"
        in first.what
    )
    assert "These are made up." in first.what
    (families,) = [own.what for own in result.notices if " families: " in own.what]
    assert families.startswith("The 14 mixed models are of 14 families: 14 unknown")


def test_what_was_asked_for_goes_first(mirror: Path) -> None:
    result = toy(
        mirror, Settings(resamples=0, population="chat", capabilities="one", directions={"safe": "lower"})
    )
    assert result.populations[0].population == "chat"
    assert result.provenance.settings.suite is None
    assert result.provenance.settings.directions == {"*": "higher", "safe": "lower"}
    assert "Asked for otherwise, and so done: suite, population, directions." in result.notices[0].what


def test_to_impute_puts_a_score_that_is_held_fixed_aside(
    mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed = msgspec.structs.replace(ENTRY, suite=None, capabilities="one")
    monkeypatch.setattr(named, "study_entries", lambda: {"toy": fixed})
    held = toy(mirror)
    assert held.provenance.settings.capabilities == "one"
    found, _ = named.find_named([Path("toy")], mirror)
    assert found is not None
    asked = msgspec.structs.replace(SETTINGS, missing="impute")
    assert found.settings(asked, {"missing"}).capabilities is None
    (said,) = found.notices(asked, {"missing"})
    assert "Asked for otherwise, and so done: capabilities." in said.what


def test_nothing_to_impute_is_said_where_capability_is_held_fixed(mirror: Path) -> None:
    result = toy(mirror, Settings(resamples=0, capabilities="one", missing="impute"))
    assert any("Nothing was imputed" in notice.what for notice in result.notices)
    assert not any("Nothing was imputed" in notice.what for notice in toy(mirror).notices)


def test_a_benchmark_that_is_asked_for_as_capability_is_not_left_out(mirror: Path) -> None:
    result = toy(mirror, Settings(resamples=0, suite=("one", "two", "junk")))
    assert {one.benchmark for one in result.correlations if one.in_suite} == {"one", "two", "junk"}


def test_a_choice_may_be_asked_to_be_as_usual(mirror: Path) -> None:
    with pytest.raises(Exception, match="family of every model"):
        toy(mirror, chosen={"unknown_families_apart"})


def test_a_file_of_that_name_goes_first_and_is_said_to(mirror: Path, tmp_path: Path) -> None:
    written(tmp_path / "toy", {"mine.csv": content().replace(b"junk", b"mmlu")})
    settings = Settings(
        resamples=0,
        suite=("one", "two", "three"),
        population="chat",
        unknown_families_apart=True,
        directions={"*": "higher"},
    )
    result = study_sources([Path("toy")], settings)
    assert result.provenance.sources[0].name == "toy"
    assert "toy is read as the file or folder of that name" in result.notices[0].what
    with pytest.raises(UsageError, match="--mirror together with the name of a source"):
        study_sources([Path("toy")], settings, mirror=mirror)


def test_a_source_that_is_not_here_says_how_to_fetch_it(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFOUNDED_CACHE", str(tmp_path / "empty"))
    with pytest.raises(DatasetError, match="confounded datasets fetch toy"):
        study_sources([Path("toy")], SETTINGS)


def test_a_name_stands_alone(mirror: Path) -> None:
    with pytest.raises(UsageError, match="one source by its name, or paths"):
        study_sources([Path("toy"), Path("timm")], SETTINGS, mirror=mirror)


def test_the_scores_that_ship_have_a_name_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    result = study_sources([Path("safetywashing")], Settings(resamples=0))
    assert result.provenance.shipped_scores


def test_the_command_line_says_what_was_asked_for(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = ["--mirror", str(mirror), "--resamples", "0", "-o", str(tmp_path / "out")]
    assert main(["report", "toy", *common]) == 0
    assert main(["report", "toy", *common, "--no-unknown-families-apart"]) == 2
    assert "family of every model" in capsys.readouterr().err
    assert main(["report", "--mirror", str(mirror)]) == 2
    assert main(["check", "toy", *common, "--no-plan"]) == 0
    assert main(["plan", "toy", "--mirror", str(mirror), "--for", "safe", "--simulations", "20"]) == 0


def test_of_two_populations_one_that_cannot_be_studied_is_said_not_to_be(
    mirror: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few = written(
        tmp_path / "two", {"a.csv": content(), "models.toml": b'[made1]\npopulation = "base"\nfamily = "f"\n'}
    )
    settings = Settings(
        resamples=0,
        suite=("one", "two", "three"),
        population="chat",
        unknown_families_apart=True,
        directions={"*": "higher"},
    )
    result = study_sources([few], settings)
    assert [one.population for one in result.populations] == ["chat"]
    (notice,) = [notice for notice in result.notices if notice.not_studied is not None]
    assert notice.not_studied == "base"
    assert notice.what.startswith("The 1 base models are not studied")
    # A page has room for it under its method; who reads the terminal alone must not overlook it.
    options = [
        "--suite",
        "one,two,three",
        "--population",
        "chat",
        "--unknown-families-apart",
        "--higher-is-safer",
    ]
    assert main(["report", str(few), *options, "--resamples", "0", "-o", str(tmp_path / "out")]) == 0
    assert "The 1 base models are not studied" in " ".join(capsys.readouterr().err.split())


@with_mirror
def test_of_timm_natural_adversarial_examples_follow_accuracy_on_the_same_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The paper's claim of vision models, with SciPy on the files themselves."""
    monkeypatch.chdir(tmp_path)
    result = study_sources([Path("timm")], Settings(resamples=0), mirror=MIRROR)
    key = ["model", "img_size", "crop_pct"]
    adversarial, clean, whole = (
        pl.read_csv(MIRROR / "timm" / f"results-{name}.csv").select(*key, pl.col("top1").alias(name))
        for name in ("imagenet-a", "imagenet-a-clean", "imagenet")
    )
    joined = adversarial.join(clean, on=key, how="inner").join(whole, on=key, how="inner")
    one = next(one for one in result.correlations if one.benchmark == "imagenet_a")
    assert one.correlated_with == "accuracy on imagenet_a_clean"
    assert one.n_models == joined.height > 1_500
    assert one.rho == pytest.approx(spearmanr(joined["imagenet-a"], joined["imagenet-a-clean"]).statistic)
    assert one.against_score is not None
    assert one.against_score.rho == pytest.approx(
        spearmanr(joined["imagenet-a"], joined["imagenet"]).statistic
    )
    assert one.verdict == "entangled"


@with_mirror
@pytest.mark.parametrize(
    ("source", "population", "outside", "n_models"),
    [
        ("obsscaling", "base", {"TruthfulQA"}, 144),
        (
            "rewardbench-items",
            "chat",
            {
                "donotanswer",
                "refusals-dangerous",
                "refusals-offensive",
                "xstest-should-refuse",
                "xstest-should-respond",
            },
            149,
        ),
    ],
)
def test_safety_is_held_against_the_other_benchmarks_of_a_source(
    source: str,
    population: str,
    outside: set[str],
    n_models: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the score files of other projects lie beside the checkout, as they do for the continuous integration."""
    monkeypatch.chdir(tmp_path)
    result = study_sources([Path(source)], Settings(resamples=0), mirror=MIRROR)
    own = [one for one in result.correlations if one.population == population and not one.in_suite]
    assert {one.benchmark for one in own} == outside
    assert {one.n_models for one in own} == {n_models}
    assert all(one.interval is not None and one.interval.low is not None for one in own)
    with_compute = [one.compute for one in own if one.compute]
    assert source != "obsscaling" or (len(with_compute) == 1 and with_compute[0].n_models > 100)


@with_mirror
@pytest.mark.parametrize(
    "source", ["open-llm-leaderboard-v1", "open-llm-leaderboard-v2", "every-eval-ever", "epoch-hub"]
)
def test_the_large_sources_can_be_split_into_populations(source: str) -> None:
    """Their studies take seconds each: here it is only seen that what is declared fits the files."""
    found, _ = named.find_named([Path(source)], MIRROR)
    assert found is not None
    settings = found.settings(SETTINGS, set())
    declared = found.entry.benchmarks() if found.entry else None
    table = read_sources(found.paths, benchmarks=declared, lenient=settings.lenient).table
    split, _ = populations(table, benchmark_facts(table, settings), settings)
    assert [one.name for one in split] == ["base", "chat", "mixed"]
    assert all(set(settings.suite or ()) <= set(one.matrix.benchmarks) for one in split)


def test_a_named_source_can_be_checked(mirror: Path) -> None:
    result = check_sources([Path("toy")], SETTINGS, mirror=mirror, plan=False)
    assert isinstance(result, CheckResult)
    assert [one.benchmark for one in result.checks] == ["safe"]
    assert "as declared for it" in result.notices[0].what
