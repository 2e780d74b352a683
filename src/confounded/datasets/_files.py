"""The files of a shipped score set, each compared with its checksum before it is used."""

from __future__ import annotations

import hashlib
from importlib import resources

from confounded.errors import DatasetError

__all__ = ["CHECKSUMS", "read_verified"]

CHECKSUMS = "SHA256SUMS"
"""The file of checksums that stands beside the files of every set, as ``sha256sum`` writes it."""

_REMEDY = "Install the package again; do not edit its files."


def read_verified(dataset: str, name: str) -> bytes:
    """Return the bytes of a file that ships with the package, if they are those that were released.

    Parameters
    ----------
    dataset : str
        The folder of the score set, below ``datasets/data``.
    name : str
        The file.

    Raises
    ------
    DatasetError
        If the file is missing, has no checksum, or has another one.
    """
    folder = resources.files("confounded.datasets") / "data" / dataset
    try:
        raw = (folder / name).read_bytes()
        sums = (folder / CHECKSUMS).read_text(encoding="utf-8")
    except OSError as problem:
        raise DatasetError(
            f"the files {name} and {CHECKSUMS}",
            found=problem.strerror or str(problem),
            where=f"shipped dataset {dataset}",
            remedy=_REMEDY,
        ) from problem
    expected = {file: digest for digest, _, file in (line.partition("  ") for line in sums.splitlines())}
    found = hashlib.sha256(raw).hexdigest()
    if expected.get(name) != found:
        raise DatasetError(
            f"SHA-256 {expected.get(name, 'to be listed')}",
            found=found,
            where=f"shipped dataset {dataset}, file {name}",
            remedy=_REMEDY,
        )
    return raw
