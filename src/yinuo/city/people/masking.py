"""Personal fields as they are shown: enough to recognise, not enough to take away."""

from __future__ import annotations

from collections.abc import Callable, Mapping

STAR = "*"


def mask(kind: str, text: str) -> str:
    """The text masked by its kind: name, phone, identity, email, address. A kind not known is masked whole.

    A text too short for its kind is masked whole, so that masking never shows all of it.
    """
    return _KINDS.get(kind, _whole)(text.strip())


def is_masked(text: str) -> bool:
    """Whether a text is one that was masked, and so says nothing about what lies under it."""
    return STAR in text


def _whole(text: str) -> str:
    return STAR * min(len(text), 8)


def _keep(text: str, first: int, last: int) -> str:
    if len(text) <= first + last:
        return _whole(text)
    return text[:first] + STAR * (len(text) - first - last) + (text[-last:] if last else "")


def _name(text: str) -> str:
    return _keep(text, 1, 0)


def _phone(text: str) -> str:
    return _keep(text, 3, 4) if len(text) >= 11 else _keep(text, 0, 2)


def _identity(text: str) -> str:
    return _keep(text, 3, 2)


def _email(text: str) -> str:
    name, at, host = text.partition("@")
    return _keep(name, 1, 0) + at + host if at else _whole(text)


def _address(text: str) -> str:
    return _keep(text, 6, 0)


_KINDS: Mapping[str, Callable[[str], str]] = {
    "name": _name,
    "phone": _phone,
    "identity": _identity,
    "email": _email,
    "address": _address,
}
