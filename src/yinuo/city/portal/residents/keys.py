"""By what people are found without writing down who they are: digests keyed from the ledger's key."""

from __future__ import annotations

import re

from yinuo.city.ledger import private

_PHONE = re.compile(r"1[3-9]\d{9}")


def keyed(what: str, text: str) -> str:
    """The same for the same text, and nothing to anybody without the key."""
    return private.keyed(f"resident {what}", text).hex()


def phone(text: str) -> str | None:
    """A mobile telephone number as it is kept; None for what is none."""
    plain = re.sub(r"[\s-]", "", text).removeprefix("+86")
    return plain if _PHONE.fullmatch(plain) else None


def phone_key(number: str) -> str:
    """What an account is found by."""
    return keyed("phone", number)


def subject_key(subject: str) -> str:
    """What an account is found by that came from the identity provider."""
    return keyed("subject", subject)


def principal_key(number: str) -> str:
    """What a principal is known by."""
    return keyed("principal", number.strip().upper())
