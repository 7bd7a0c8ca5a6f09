"""The text of a PDF as a reader's program finds it: glyphs of each font mapped back by its ToUnicode table."""

from __future__ import annotations

import re
import zlib

STREAM = re.compile(rb"stream\r?\n")
TOKEN = re.compile(
    rb"\s*(?:(?P<open>\()|(?P<dict><<|>>)|<(?P<hex>[0-9A-Fa-f\s]*)>|/(?P<name>[^\s/\[\]()<>]*)|(?P<word>[^\s/\[\]()<>]+|[\[\]]))"
)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """All text, pages in the order of the file, without spaces and line breaks (those are the layout's)."""
    objects = _objects(pdf)
    tables = {}
    for name, number in _fonts(objects):
        tables[name] = _to_unicode(objects, number)
    found = []
    for head, body in objects.values():
        if body is not None and b" Tf" in body and b"BT" in body:
            found.append(_shown(body, tables))
        assert b"/Encrypt" not in head
    return re.sub(r"\s", "", "".join(found))


def _objects(pdf: bytes) -> dict[int, tuple[bytes, bytes | None]]:
    found: dict[int, tuple[bytes, bytes | None]] = {}
    for match in re.finditer(rb"(?:^|\n)(\d+) 0 obj(.*?)endobj", pdf, re.DOTALL):
        head, body = match[2], None
        if start := STREAM.search(head):
            head, raw = head[: start.start()], head[start.end() :].partition(b"endstream")[0]
            body = zlib.decompressobj().decompress(raw) if b"FlateDecode" in head else raw
        found[int(match[1])] = (head, body)
    for head, body in list(found.values()):
        if b"/ObjStm" in head and body is not None:
            first, count = int(re.search(rb"/First (\d+)", head)[1]), int(re.search(rb"/N (\d+)", head)[1])
            numbers = [int(one) for one in body[:first].split()]
            starts = [*numbers[1::2], len(body)]
            for n in range(count):
                found[numbers[2 * n]] = (body[first + starts[n] : first + starts[n + 1]], None)
    return found


def _fonts(objects):
    for head, _ in objects.values():
        for fonts in re.findall(rb"/Font\s*<<(.*?)>>", head, re.DOTALL):
            for name, number in re.findall(rb"/(\w+)\s+(\d+) 0 R", fonts):
                yield name, int(number)


def _to_unicode(objects, font: int) -> dict[bytes, str]:
    table = objects[int(re.search(rb"/ToUnicode (\d+) 0 R", objects[font][0])[1])][1]
    made = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
            made[bytes.fromhex(code.decode())] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, text in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for n in range(int(low, 16), int(high, 16) + 1):
                point = int.from_bytes(bytes.fromhex(text.decode()), "big") + n - int(low, 16)
                made[n.to_bytes(2, "big")] = point.to_bytes(len(text) // 2, "big").decode("utf-16-be")
    return made


def _shown(body: bytes, tables) -> str:
    """The strings that Tj and TJ show, each by the font set before it."""
    table, found, strings, name = {}, [], [], b""
    for kind, value in _tokens(body):
        if kind == "string":
            strings.append(value)
        elif kind == "name":
            name = value
        elif value == b"Tf":
            table = tables[name]
        elif value in {b"Tj", b"TJ"}:
            found += [table[codes[n : n + 2]] for codes in strings for n in range(0, len(codes), 2)]
        if kind == "word" and value[:1].isalpha():
            strings = []
    return "".join(found)


def _tokens(body: bytes):
    at = 0
    while match := TOKEN.match(body, at):
        at = match.end()
        if match["open"]:
            text, at = _literal(body, at)
            yield "string", text
        elif match["hex"] is not None:
            yield "string", bytes.fromhex(match["hex"].decode())
        elif match["name"] is not None:
            yield "name", match["name"]
        elif match["word"]:
            yield "word", match["word"]


def _literal(body: bytes, at: int) -> tuple[bytes, int]:
    """The bytes of a string in parentheses that begins at `at`, and where it ends; inner pairs need no backslash."""
    found, depth = bytearray(), 1
    while depth:
        sign = body[at : at + 1]
        at += 1
        if sign == b"\\":
            octal = re.compile(rb"[0-7]{1,3}").match(body, at)
            escaped = octal[0] if octal else body[at : at + 1]
            at += len(escaped)
            found += bytes([int(escaped, 8)]) if octal else ESCAPES.get(escaped, escaped)
            continue
        depth += (sign == b"(") - (sign == b")")
        if depth:
            found += sign
    return bytes(found), at
