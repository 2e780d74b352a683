"""Small sources of made-up files, and a server on this machine that serves them well or badly."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from confounded.datasets.sources import Collection, Source, SourceFile

CONTENT: Mapping[str, bytes] = {
    "scores.csv": b"model,score\n" + b"".join(b"m%d,%d\n" % (k, k * k) for k in range(40_000)),
    "more/items.csv": b"item,subset\n1,a\n",
}
"""More than one chunk of a download, and a file in a folder."""


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def source_of(content: Mapping[str, bytes], *, address: str = "", id: str = "toy") -> Source:
    """Return a source of some files; with an address, they can be fetched there."""
    return Source(
        files=tuple(
            SourceFile(path, len(raw), digest(raw), f"{address}/{path}" if address else "")
            for path, raw in content.items()
        ),
        **_described(id),
    )


def collection_of(content: Mapping[str, bytes]) -> Source:
    """Return a source whose files have one checksum together."""
    lines = "".join(f"{digest(raw)}  {path}\n" for path, raw in sorted(content.items()))
    size = sum(map(len, content.values()))
    return Source(collection=Collection(len(content), size, digest(lines.encode())), **_described("toys"))


def _described(id: str) -> dict[str, Any]:
    return {
        "id": id,
        "title": f"The {id} source",
        "what": "made-up scores",
        "folder": f"{id}_files",
        "format": "CSV",
        "licence": "MIT",
        "citation": "Nobody",
        "trap": "none",
        "by_hand": "https://example.org/toy",
    }


def written(folder: Path, content: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for path, raw in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)
    return folder


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, hidden ones too."""
    if not folder.exists():
        return {}
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@dataclass
class Server:
    """What a server serves, how badly, and what it was asked."""

    content: dict[str, bytes]
    address: str = ""
    ranges: bool = True
    cut_after: int | None = None
    length: bool = True
    status: int | None = None
    redirect: str | None = None
    wrong_part: bool = False
    held: threading.Event | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)


@contextmanager
def serving(content: Mapping[str, bytes]) -> Iterator[Server]:
    """Serve files on this machine."""
    state = Server(dict(content))

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            state.asked.append((self.path, wanted))
            state.reached.set()
            if state.held is not None:
                state.held.wait(20)
            raw = state.content.get(self.path.lstrip("/"))
            if state.redirect is not None:
                self.send_response(302)
                self.send_header("Location", state.redirect)
                self.end_headers()
                return
            if raw is None or state.status is not None:
                self.send_error(state.status or 404)
                return
            start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and state.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                shown = 0 if state.wrong_part else start
                self.send_header("Content-Range", f"bytes {shown}-{len(raw) - 1}/{len(raw)}")
            if state.length:
                self.send_header("Content-Length", str(len(raw) - start))
            self.end_headers()
            self.wfile.write(raw[start:] if state.cut_after is None else raw[start : state.cut_after])
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
