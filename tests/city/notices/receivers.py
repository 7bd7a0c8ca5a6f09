"""Receivers to send to, over real sockets: an HTTP server and a mail server that keep what they are sent."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Kept:
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Http:
    """An HTTP server; `answer` says what it answers to the n-th request (status, text)."""

    url: str = ""
    kept: list[Kept] = field(default_factory=list)
    answer: Callable[[int], tuple[int, str]] = lambda _number: (200, "ok")


@contextmanager
def http() -> Iterator[Http]:
    server = Http()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.kept.append(Kept(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status, text = server.answer(len(server.kept))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", text)
            self.end_headers()
            self.wfile.write(text.encode())

        do_POST = do_GET = answer  # noqa: N815

        def log_message(self, *_args) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.url = f"http://127.0.0.1:{listening.server_port}"
        with _served(listening):
            yield server


@dataclass
class Mail:
    """A mail server; `refuses` = addresses it does not take."""

    port: int = 0
    kept: list[bytes] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)


@contextmanager
def mail() -> Iterator[Mail]:
    server = Mail()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                word = line.upper()
                if word.startswith("DATA"):
                    self.say("354 go on")
                    server.kept.append(b"".join(iter(self.rfile.readline, b".\r\n")))
                if word.startswith("RCPT") and any(one in line for one in server.refuses):
                    self.say("550 no such box")
                else:
                    self.say("221 bye" if word.startswith("QUIT") else "250 fine")

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        server.port = listening.server_address[1]
        with _served(listening):
            yield server


@contextmanager
def _served(listening: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listening.shutdown()
        thread.join()
