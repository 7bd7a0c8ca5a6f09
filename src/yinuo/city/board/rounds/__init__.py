"""Rounds of assessment and inspection with the units they cover (E001, E004), and the year's cycle of conduct work (E011)."""

NEARLY_ALL = 0.98


def indistinct(*, passed: int, graded: int) -> bool:
    """Whether a round in which so many of those graded passed does not tell the units apart (D07)."""
    return graded > 1 and passed >= NEARLY_ALL * graded
