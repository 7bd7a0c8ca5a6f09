"""Webhooks as Standard Webhooks 1.0.0 describes them: id, timestamp and signature in three headers."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

from yinuo.city.notices import reach

PREFIX = "whsec_"


class BadSecret(ValueError):
    """No secret of a webhook; the message says what one looks like."""


def new_secret() -> str:
    """A secret for a new webhook, to be made at the edge: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The key of a secret. Raises BadSecret unless it is `whsec_` and 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(PREFIX) or not 24 <= len(key) <= 64:
        raise BadSecret("A webhook's secret is “whsec_” followed by 24 to 64 bytes in base64.")
    return key


def signature(secret: str, *, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id.timestamp.body. Raises BadSecret."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key_of(secret), signed, hashlib.sha256)).decode()


def send(url: str, secret: str, *, message_id: str, body: bytes, now: datetime, may_be_private: bool) -> None:
    """Post one message; every try carries the same id and a timestamp of its own. Raises NoAnswer, Refused, BadSecret."""
    timestamp = int(now.timestamp())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Yinuo",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(secret, message_id=message_id, timestamp=timestamp, body=body),
    }
    reach.accept(reach.send("POST", url, body=body, headers=headers, may_be_private=may_be_private))
