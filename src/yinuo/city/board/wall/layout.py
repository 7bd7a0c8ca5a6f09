"""Where things stand on a schematic map: hexagons around a middle, marks in rows below a name. Numbers only."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, cos, floor, hypot, pi, sin, sqrt

RADIUS = 100.0
"""From the middle of a hexagon to its corners."""
STEP = RADIUS * 1.04
"""Hexagons stand a little apart."""
AROUND = ((0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1), (1, 0))
BAND = (-66.0, 18.0, 132.0, 50.0)
"""Where the marks of a hexagon lie: left, top, width, height, from its middle."""
ROOMY = 21.0
"""Marks stand no farther apart than this."""

Place = tuple[float, float]


def spiral(count: int) -> list[Place]:
    """The middles of so many hexagons: one in the middle, six around it, twelve around those; what is left over beside them."""
    found: list[Place] = [(0.0, 0.0)]
    ring = 1
    while len(found) < count:
        found += sorted(_ring(ring), key=lambda at: (round(hypot(*at)), abs(at[1]), at))
        ring += 1
    return found[:count]


def _ring(number: int) -> Iterator[Place]:
    q, r = number, -number
    for dq, dr in AROUND:
        for _step in range(number):
            yield round(sqrt(3) * STEP * (q + r / 2), 1), round(1.5 * STEP * r, 1)
            q, r = q + dq, r + dr


def corners(radius: float = RADIUS) -> str:
    """The six corners of a hexagon about 0,0 as SVG takes them."""
    turns = [pi / 6 + turn * pi / 3 for turn in range(6)]
    return " ".join(f"{radius * cos(turn):.1f},{radius * sin(turn):.1f}" for turn in turns)


def marks(count: int) -> tuple[list[Place], float]:
    """The places of so many marks from the middle of their hexagon, in rows, each row centred; and how far they stand apart."""
    left, top, width, height = BAND
    apart = ROOMY
    while count > floor(width / apart) * floor(height / apart):
        apart *= 0.97
    across = max(1, floor(width / apart))
    lines = ceil(count / across)
    found = []
    for number in range(count):
        line, at = divmod(number, across)
        here = across if line < lines - 1 else count - line * across
        found.append((
            round(left + width / 2 + (at - (here - 1) / 2) * apart, 1), round(top + (line + 0.5) * apart, 1)
        ))  # fmt: skip
    return found, round(apart, 2)


def box(middles: list[Place]) -> str:
    """The viewBox that holds hexagons about these middles."""
    half = sqrt(3) / 2 * RADIUS
    left, right = min(x for x, _y in middles) - half, max(x for x, _y in middles) + half
    top, bottom = min(y for _x, y in middles) - RADIUS, max(y for _x, y in middles) + RADIUS
    return f"{left - 4:.0f} {top - 4:.0f} {right - left + 8:.0f} {bottom - top + 8:.0f}"
