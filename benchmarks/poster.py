"""Posts prepared requests over keep-alive connections and prints what it took: python poster.py PORT CONNECTIONS FILE.

FILE holds one body a line. It writes bytes to sockets and does nothing else, so that it is not what is measured.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from pathlib import Path

HEADER = "X-Forwarded-Proto: https\r\nContent-Type: application/cloudevents+json\r\nHost: 127.0.0.1\r\n"


def requests(file: Path, token: str) -> list[bytes]:
    """Whole requests."""
    head = f"POST /api/events HTTP/1.1\r\n{HEADER}Authorization: Bearer {token}\r\nContent-Length: "
    return [f"{head}{len(body)}\r\n\r\n".encode() + body for body in file.read_bytes().splitlines()]


def post(port: int, connections: int, waiting: list[bytes]) -> list[bytes]:
    """Send all of them, one at a time on each connection; the answers in the order they came."""
    chooser = selectors.DefaultSelector()
    answers: list[bytes] = []
    waiting.reverse()
    total = len(waiting)
    for _ in range(min(connections, total)):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        one.sendall(waiting.pop())
        chooser.register(one, selectors.EVENT_READ)
    while len(answers) < total:
        for key, _events in chooser.select():
            one = key.fileobj
            assert isinstance(one, socket.socket)
            answers.append(_answer(one))
            if waiting:
                one.sendall(waiting.pop())
            else:
                chooser.unregister(one)
                one.close()
    return answers


def _answer(one: socket.socket) -> bytes:
    got = one.recv(65536)
    while b"\r\n\r\n" not in got:
        got += one.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += one.recv(65536)
    return head[9:12] + body


def main() -> None:
    """Print requests a second, how many were stored, and our own processor seconds."""
    port, connections, file, token = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.stdin.readline().strip()
    waiting = requests(file, token)
    begin, spent = time.perf_counter(), time.process_time()
    answers = post(port, connections, waiting)
    seconds = time.perf_counter() - begin
    stored = sum(one.startswith(b"200") and b'"stored":1,' in one for one in answers)
    strange = next((one.decode() for one in answers if b'"stored":1,' not in one), "")
    told = {"seconds": seconds, "stored": stored, "cpu": time.process_time() - spent, "strange": strange[:500]}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
