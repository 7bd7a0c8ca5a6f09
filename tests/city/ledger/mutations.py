"""Ledgers in memory, and what somebody might do to them."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

from tests.city.ledger.made import NOW, event
from yinuo.city.ledger import merkle
from yinuo.city.ledger.canonical import dumps
from yinuo.city.ledger.digest import GENESIS, Frames, Hash, Numbers, framed, links, moment, trailed

Line = dict
KEYED = Hash(key=b"a key of thirty-two characters ok")


def made_ledger(how: Hash = KEYED, *, streams: int = 6, most: int = 5, seed: int = 1) -> list[Line]:
    """The lines of a small exported ledger, no two events alike."""
    chance = random.Random(seed)
    lines, number = [], 0
    for stream in range(streams):
        name = f"{chance.choice(['case', 'said'])}/{stream:02}"
        for version in range(1, chance.randint(2, most) + 1):
            number += 1
            one = event(name, f"{name}-{version}", actor=chance.choice(["li", None]), payload={"v": 1, "n": number})
            lines.append(
                {
                    "stream": name, "version": version, "source": one.source, "event_id": one.event_id,
                    "activity": one.activity, "at": moment(NOW + timedelta(seconds=number)), "recorded_at": moment(NOW),
                    "actor": one.actor, "unit": one.unit, "payload": dumps(one.payload), "position": number * 7 << 22,
                }
            )  # fmt: skip
    lines.sort(key=lambda line: (line["stream"], line["version"]))
    return rechained(lines, how)


def rechained(lines: list[Line], how: Hash) -> list[Line]:
    """The lines with versions, prev and digest made anew, as somebody can who holds the key."""
    done, head = [], ("", 0, GENESIS)
    for line in sorted(lines, key=lambda one: one["stream"]):
        if line["stream"] != head[0]:
            head = (line["stream"], 0, GENESIS)
        columns = [
            line[one] for one in ("source", "event_id", "activity", "at", "recorded_at", "actor", "unit", "payload")
        ]
        message = head[2] + b"".join(map(framed, [head[0], str(head[1] + 1), *columns]))
        digest = how.keyed(message)
        done.append(line | {"version": head[1] + 1, "prev": head[2].hex(), "digest": digest.hex()})
        head = (head[0], head[1] + 1, digest)
    return done


def made_root(lines: list[Line], how: Hash = KEYED, *, number: int = 1, prev: bytes = GENESIS) -> Line:
    """The root over all lines, made by the words of docs/ledger.md."""
    ends: dict[str, tuple[int, bytes, bytes]] = {}
    for line in lines:
        _, _, trail = ends.get(line["stream"], (0, b"", b""))
        ends[line["stream"]] = (line["version"], bytes.fromhex(line["digest"]), trailed(trail, line["position"]))
    leaves = [merkle.leaf(how, name, end[0], digest=end[1], trail=end[2]) for name, end in sorted(ends.items())]
    root = merkle.root(how, leaves)
    told = {"number": number, "at": moment(NOW), "upto": max(line["position"] for line in lines) + 1}
    told |= {"streams": len(ends), "events": len(lines)}
    digest = how.plain(prev + b"".join(framed(str(one)) for one in told.values()) + root)
    return told | {"root": root.hex(), "prev": prev.hex(), "digest": digest.hex()}


def as_bytes(lines: list[Line]) -> list[bytes]:
    """Lines as a file holds them."""
    return [json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for line in lines]


def mutated(lines: list[Line], chance: random.Random) -> tuple[str, list[Line]]:
    """One random mutation, with its name; never the ledger as it was."""
    while True:
        kind = chance.choice(list(MUTATIONS))
        changed = MUTATIONS[kind]([dict(line) for line in lines], chance)
        if changed != lines:
            return kind, changed


def _edit(lines: list[Line], chance: random.Random) -> list[Line]:
    line = chance.choice(lines)
    column = chance.choice(list(line))
    old = line[column]
    if isinstance(old, int):
        line[column] = old + chance.choice([-1, 1, 1 << 22, -(1 << 22), 10**6])
    elif column in {"prev", "digest"}:
        place = chance.randrange(64)
        line[column] = old[:place] + format(int(old[place], 16) ^ chance.randint(1, 15), "x") + old[place + 1 :]
    else:
        text = old or ""
        place = chance.randint(0, len(text))
        line[column] = chance.choice(
            [None, text + " ", text[:place] + "1" + text[place:], text[:place] + text[place + 1 :], ""]
        )
    return lines


def _delete(lines: list[Line], chance: random.Random) -> list[Line]:
    lines.pop(chance.randrange(len(lines)))
    return lines


def _insert(lines: list[Line], chance: random.Random) -> list[Line]:
    place = chance.randrange(len(lines))
    copy = dict(lines[place])
    if chance.random() < 0.5:
        copy |= {"version": copy["version"] + 1, "prev": copy["digest"], "event_id": copy["event_id"] + "x"}
    lines.insert(place + 1, copy)
    return lines


def _reorder(lines: list[Line], chance: random.Random) -> list[Line]:
    one, other = chance.sample(range(len(lines)), 2)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def _exchange_contents(lines: list[Line], chance: random.Random) -> list[Line]:
    one, other = chance.sample(lines, 2)
    for column in chance.choice([("payload",), ("at",), ("payload", "at", "event_id", "digest"), ("position",)]):
        one[column], other[column] = other[column], one[column]
    return lines


def _cut_the_tail(lines: list[Line], chance: random.Random) -> list[Line]:
    name = chance.choice(lines)["stream"]
    most = sum(line["stream"] == name for line in lines)
    left = chance.randrange(most)
    return [line for line in lines if line["stream"] != name or line["version"] <= left]


def _swap_two_cases(lines: list[Line], chance: random.Random) -> list[Line]:
    one, other = chance.sample(sorted({line["stream"] for line in lines}), 2)
    names = {one: other, other: one}
    for line in lines:
        line["stream"] = names.get(line["stream"], line["stream"])
    return sorted(lines, key=lambda line: (line["stream"], line["version"]))


def _cut_the_file(lines: list[Line], chance: random.Random) -> list[Line]:
    return lines[: chance.randrange(len(lines))]


MUTATIONS = {
    "edit": _edit,
    "delete": _delete,
    "insert": _insert,
    "reorder": _reorder,
    "exchange": _exchange_contents,
    "cut the tail": _cut_the_tail,
    "swap two cases": _swap_two_cases,
    "cut the file": _cut_the_file,
}


def agrees_with_links(lines: list[Line], how: Hash) -> bool:
    """Whether `links`, which appends use, makes the digest that `rechained` makes."""
    line = lines[0]
    one = event(
        line["stream"], line["event_id"], event_id=line["event_id"], activity=line["activity"], actor=line["actor"]
    )
    one = one._replace(at=NOW + timedelta(seconds=1))
    made = links(
        how, (line["stream"], 0, GENESIS), [(one, line["payload"].encode())],
        recorded_at=datetime.fromisoformat(line["recorded_at"]), frames=Frames(), numbers=Numbers(),
    )  # fmt: skip
    return made[0][2].hex() == rechained([line | {"at": moment(one.at), "unit": one.unit}], how)[0]["digest"]
