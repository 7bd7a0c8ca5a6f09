"""Personal data, encrypted apart from the events: an event holds `ref` and a salted digest, never the fields themselves.

A row of ledger_private is `ref`, the id of the key, and nonce ‖ AES-256-GCM(salt ‖ canonical JSON of the fields), bound to its
ref. Erasing the row takes the salt with it, so the digest in the event says nothing any more, and the chain still verifies.
Nonces and salts are the only chance below the edge: they must not be foreseeable, and nobody needs to repeat them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection

from yinuo.city.ledger.canonical import dumps
from yinuo.city.ledger.read import hashing
from yinuo.city.ledger.statements import sql

_NONCE, _SALT = 12, 16


class AlreadySealed(Exception):
    """The ref holds other fields: a change gets a ref of its own, so that the event of the first still fits its digest."""


class CannotOpen(Exception):
    """A row cannot be decrypted; the message says which key is missing, or that the row was tampered with."""


def seal(ref: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Encrypt a person's fields under `ref`; return `{"ref": …, "digest": …}` for the event's payload.

    Sealing the same fields again gives the same digest. Raises AlreadySealed when the ref holds others.
    """
    return seal_many({ref: fields})[ref]


def seal_many(people: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """`seal` for several refs in one round trip, or two when some of them were sealed before."""
    made = {ref: secrets.token_bytes(_SALT) + dumps(dict(fields)).encode() for ref, fields in people.items()}
    key_id, cipher = _ciphers(settings.PRIVATE_KEYS)[0]
    asked: dict[str, Any] = {
        "refs": list(made),
        "key_id": key_id,
        "ciphertexts": [_encrypted(cipher, ref, plain) for ref, plain in made.items()],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "seal"), asked)
        new = {ref for (ref,) in cursor.fetchall()}
    before = _opened([ref for ref in made if ref not in new])
    for ref, plain in before.items():
        if plain[_SALT:] != made[ref][_SALT:]:
            raise AlreadySealed(f"{ref} holds other personal data; seal the changed ones under a ref of their own")
    return {ref: {"ref": ref, "digest": _digest(before.get(ref, plain))} for ref, plain in made.items()}


def unseal(ref: str) -> dict[str, str] | None:
    """The fields sealed under `ref`, None when they were erased or never there. Raises CannotOpen."""
    return unseal_many([ref]).get(ref)


def unseal_many(refs: Collection[str]) -> dict[str, dict[str, str]]:
    """The fields of several refs; those erased are left out. Raises CannotOpen."""
    return {ref: orjson.loads(plain[_SALT:]) for ref, plain in _opened(list(refs)).items()}


def fits(ref: str, digest: str) -> bool | None:
    """Whether what is sealed under `ref` is what the event's digest was made of; None when it was erased. Raises CannotOpen."""
    plain = _opened([ref]).get(ref)
    return None if plain is None else secrets.compare_digest(_digest(plain), digest)


def keyed(label: str, text: str) -> bytes:
    """32 bytes by which a text is found again without being written down, each use under a label of its own.

    Keyed from the ledger's key, which is never changed: what is found by it is found as long as the ledger is read.
    """
    return hmac.digest(_label_key(settings.LEDGER_KEY, label), text.encode(), "sha256")


@lru_cache(maxsize=16)
def _label_key(secret: str, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"yinuo {label}".encode()).derive(secret.encode())


def erase(ref: str) -> bool:
    """Erase the fields and the salt; whether there were any. The command that calls it appends the event that says so."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "erase"), {"ref": ref})
        return bool(cursor.rowcount)


def reseal(limit: int) -> int:
    """Encrypt up to `limit` rows of older keys with the first key; how many there were. 0: the older keys can be thrown away."""
    key_id, cipher = _ciphers(settings.PRIVATE_KEYS)[0]
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "sealed_otherwise"), {"key_id": key_id, "limit": limit})
        rows = {ref: _decrypted(ref, old, bytes(text)) for ref, old, text in cursor.fetchall()}
        asked: dict[str, Any] = {
            "refs": list(rows),
            "key_id": key_id,
            "ciphertexts": [_encrypted(cipher, ref, plain) for ref, plain in rows.items()],
        }
        cursor.execute(sql(__file__, "reseal"), asked)
    return len(rows)


def _opened(refs: list[str]) -> dict[str, bytes]:
    if not refs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "sealed"), {"refs": refs})
        return {ref: _decrypted(ref, key_id, bytes(text)) for ref, key_id, text in cursor.fetchall()}


def _digest(plain: bytes) -> str:
    return hashing().plain(plain).hex()


def _encrypted(cipher: AESGCM, ref: str, plain: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + cipher.encrypt(nonce, plain, ref.encode())


def _decrypted(ref: str, key_id: str, text: bytes) -> bytes:
    cipher = dict(_ciphers(settings.PRIVATE_KEYS)).get(key_id)
    if cipher is None:
        raise CannotOpen(
            f"{ref} was encrypted with key {key_id}, which YINUO_PRIVATE_KEYS no longer holds; add it at the end."
        )
    try:
        return cipher.decrypt(text[:_NONCE], text[_NONCE:], ref.encode())
    except InvalidTag:
        raise CannotOpen(
            f"{ref} was changed outside this system, or is another's row: key {key_id} does not open it."
        ) from None


@lru_cache(maxsize=4)
def _ciphers(secret_keys: str) -> tuple[tuple[str, AESGCM], ...]:
    """Key ids and ciphers; the first encrypts."""
    keys = [
        HKDF(algorithm=SHA256(), length=32, salt=None, info=b"yinuo private").derive(one.strip().encode())
        for one in secret_keys.split(",")
        if one.strip()
    ]
    return tuple((hashlib.sha256(b"yinuo key id" + key).hexdigest()[:8], AESGCM(key)) for key in keys)
