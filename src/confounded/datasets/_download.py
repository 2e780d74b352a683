"""One file from one address: over https only, of the size that is known, resumable."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

from confounded.errors import DatasetError, OutputError

__all__ = ["Progress", "download"]

Progress = Callable[[str, int, int], None]
"""Takes what is being done, how many bytes of it are done, and how many there are."""

CHUNK: Final = 64 * 1024
"""Bytes read at a time: small enough that progress moves and an interruption is heard at once."""

TIMEOUT: Final = 30.0
"""Seconds without a byte after which a server counts as gone."""

AGAIN: Final = "What came is kept: the same command goes on from there."
OFFLINE: Final = "Run it again where there is a network, or take the files from a folder with --mirror DIR."

LOOPBACK: Final = "127.0.0.1"

PARTIAL_CONTENT: Final = 206
RANGE_NOT_SATISFIABLE: Final = 416


class _RefusedError(Exception):
    """An address that is not followed."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirection only to an address that could have been asked for."""

    def __init__(self, loopback: bool) -> None:
        self._loopback = loopback

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        _check_address(newurl, self._loopback)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def download(
    url: str,
    part: Path,
    *,
    size: int,
    sha256: str,
    where: str,
    progress: Callable[[int], None],
    loopback: bool = False,
    timeout: float = TIMEOUT,
) -> None:
    """Bring a file to a path, going on from what is there already.

    Parameters
    ----------
    url : str
    part : Path
        Where it is built up. It is whole, and of the right checksum, when the function returns. It stays there
        when the connection ends or the program is interrupted, and is removed when it cannot become right.
    size : int
        In bytes. No more is ever written.
    sha256 : str
    where : str
        What is being fetched, for messages.
    progress : callable
        Takes the bytes that are there.
    loopback : bool
        Whether plain http to this machine is allowed as well, for tests.
    timeout : float
        Seconds without a byte after which to give up.

    Raises
    ------
    DatasetError
        If the address is refused or does not answer, the connection ends early, or the file is another one.
    OutputError
        If the file cannot be written.
    """
    try:
        there = part.stat().st_size if part.is_file() else 0
        if there > size:
            part.unlink()
            there = 0
        if there < size:
            _bring(url, part, there, size, where, progress, loopback, timeout)
        with part.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != sha256:
            part.unlink()
            raise DatasetError(
                f"SHA-256 {sha256}",
                found=found,
                where=f"{where}, {url}",
                remedy="Nothing of it was kept. The file at this address is not the one that was released.",
            )
    except OSError as problem:
        raise OutputError(
            "a place to write to", found=problem.strerror or str(problem), where=str(part)
        ) from problem


def _bring(
    url: str,
    part: Path,
    there: int,
    size: int,
    where: str,
    progress: Callable[[int], None],
    loopback: bool,
    timeout: float,
) -> None:
    """Ask for what is missing and write it behind what is there."""
    where = f"{where}, {url}"
    try:
        _check_address(url, loopback)
        request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})
        if there:
            request.add_header("Range", f"bytes={there}-")
        answer = _opener(loopback).open(request, timeout=timeout)
    except _RefusedError as refused:
        raise DatasetError("an https address", found=str(refused), where=where) from refused
    except urllib.error.HTTPError as problem:
        problem.close()
        if problem.code == RANGE_NOT_SATISFIABLE:
            part.unlink(missing_ok=True)
            remedy = "What had come of it does not fit and was removed. Run the same command again."
        else:
            remedy = "See `confounded datasets describe` for where to get it by hand, then give --mirror DIR."
        raise DatasetError("the file", found=f"HTTP {problem.code}", where=where, remedy=remedy) from problem
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise _unanswered(problem, where, AGAIN if there else OFFLINE) from problem
    with answer:
        start = _start(answer, there, size, where, part)
        with part.open("r+b" if start else "wb") as stream:
            stream.seek(start)
            stream.truncate()
            done = start
            while done <= size:
                chunk = _read(answer, min(CHUNK, size - done + 1), where, AGAIN if done else OFFLINE)
                if not chunk:
                    break
                done += len(chunk)
                if done <= size:
                    stream.write(chunk)
                    progress(done)
    if done > size:
        part.unlink()
        raise DatasetError(f"{size} bytes", found="more", where=where, remedy="Nothing of it was kept.")
    if done < size:
        raise DatasetError(f"{size} bytes", found=f"the end after {done}", where=where, remedy=AGAIN)


def _start(answer: Any, there: int, size: int, where: str, part: Path) -> int:
    """Return at which byte the answer begins: a server may send the whole file though asked for its end."""
    length = answer.headers.get("Content-Length", "")
    start = 0
    if there and answer.status == PARTIAL_CONTENT:
        if not str(answer.headers.get("Content-Range", "")).startswith(f"bytes {there}-"):
            part.unlink(missing_ok=True)
            raise DatasetError(
                f"the file from byte {there} on",
                found="another part of it",
                where=where,
                remedy="Run it again.",
            )
        start = there
    if length.isdecimal() and int(length) != size - start:
        part.unlink(missing_ok=True)
        raise DatasetError(
            f"{size} bytes",
            found=f"{int(length) + start}",
            where=where,
            remedy="Nothing of it was kept. The file at this address is not the one that was released.",
        )
    return start


def _read(answer: Any, amount: int, where: str, remedy: str) -> bytes:
    """Read some bytes, with an error that says what to do where the connection breaks."""
    try:
        return bytes(answer.read(amount))
    except (OSError, http.client.HTTPException) as problem:
        raise _unanswered(problem, where, remedy) from problem


def _unanswered(problem: Exception, where: str, remedy: str) -> DatasetError:
    reason = getattr(problem, "reason", None) or problem
    found = "none in time" if isinstance(reason, TimeoutError) else str(reason) or type(reason).__name__
    return DatasetError("an answer", found=found, where=where, remedy=remedy)


def _opener(loopback: bool) -> urllib.request.OpenerDirector:
    """Return what opens addresses: it has no handler for files or any other scheme."""
    opener = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(loopback),
        urllib.request.HTTPHandler() if loopback else urllib.request.ProxyHandler(),
    ]
    for handler in handlers:
        opener.add_handler(handler)
    return opener


def _check_address(url: str, loopback: bool) -> None:
    """Refuse an address that is not https, or that carries a user's name."""
    parts = urlsplit(url)
    local = loopback and parts.scheme == "http" and parts.hostname == LOOPBACK
    if not (parts.scheme == "https" or local) or not parts.hostname or "@" in parts.netloc:
        raise _RefusedError(f"{parts.scheme or 'no scheme'}://{parts.hostname or ''}")
