"""Unpack one Parquet file and hand it on as Arrow; run as a program of its own by `confounded.readers.frames`.

The engine that unpacks Parquet ends the whole process on some damaged files, which no `except` can catch. In a
process of its own that is an error like any other. Arguments: the file, and the most cells it may have. A file with
more of them is told from a damaged one by the exit code (`TOO_LARGE`).
"""

from __future__ import annotations

import sys

import polars as pl

TOO_LARGE = 3


def main(path: str, most: int) -> int:
    """Write the table to standard output and return 0, or why not to standard error and return another code."""
    try:
        # A stream, not the path: a name with an asterisk would be taken for a pattern of names.
        with open(path, "rb") as stream:  # noqa: PTH123
            names = pl.read_parquet_schema(stream)
            stream.seek(0)
            rows = pl.scan_parquet(stream).select(pl.len()).collect().item()
            if rows * len(names) > most:
                sys.stderr.write(f"{rows} rows × {len(names)} columns\n")
                return TOO_LARGE
            stream.seek(0)
            pl.read_parquet(stream).write_ipc(sys.stdout.buffer)
    except (Exception, pl.exceptions.PanicException) as problem:  # its type cannot cross to the other process
        sys.stderr.write(" ".join(str(problem).split())[:200] or type(problem).__name__)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
