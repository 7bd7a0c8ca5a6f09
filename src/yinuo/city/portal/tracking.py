"""What anybody may know of a case who holds its receipt, or knows its number and the end of the telephone number on it (peers row 91)."""

from __future__ import annotations

import hmac
import json
from datetime import datetime
from typing import Any

from yinuo.city.cases.numbers import is_receipt, query_code
from yinuo.city.cases.queries import case_of_receipt
from yinuo.city.ledger import private
from yinuo.city.pages.public import is_public
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words

LONGEST = 60
"""Characters of a number somebody types."""
MOST = 20
"""Questions a minute from one address: enough for a counter, too few to try out numbers."""
MOST_OF_ONE = 6
"""Questions a minute about one number, whoever asks: the end of a telephone number is not tried out either."""
TAIL = 4


def is_slip(asked: str) -> bool:
    """Whether this can be no receipt number at all: its check digits say so, and need no case for it."""
    return len(asked) > LONGEST or not is_receipt(asked)


def tracked(asked: str, tail: str, words: Words) -> dict[str, Any] | None:
    """What the public may know of a case. Null alike for a slip, a number nobody has, an inner matter and a wrong tail.

    `tail` is the end of the telephone number on the case, or the code printed on its receipt.
    """
    if is_slip(asked):
        return None
    case_id = case_of_receipt(asked)
    known = rows(__file__, "tracked", {"case_id": case_id}) if case_id else []
    if not known or not is_public(known[0]["kind"], known[0]["opened_at"], words):
        return None
    case = known[0]
    if not _opens(case["receipt"], _phone(case["person_ref"]), tail):
        return None
    clocks, reasons = (_read(case[name]) for name in ("clocks", "reasons"))
    for clock in clocks:
        clock["due_at"] = _moment(clock["due_at"])
        left = None if clock["allowed"] is None or clock["used"] is None else clock["allowed"] - clock["used"]
        clock["left"] = left if clock["state"] in {"running", "paused"} and left is not None and left >= 0 else None
    for reason in reasons:
        reason["at"] = _moment(reason["at"])
    return {**case, "clocks": clocks, "reasons": reasons}


def case_of(asked: str, *, phone: str, words: Words) -> str | None:
    """The case of a receipt number on which this whole telephone number stands; null alike for everything else."""
    asked = asked.strip()
    if not phone or is_slip(asked):
        return None
    case_id = case_of_receipt(asked)
    known = rows(__file__, "tracked", {"case_id": case_id}) if case_id else []
    if not known or not is_public(known[0]["kind"], known[0]["opened_at"], words):
        return None
    return case_id if hmac.compare_digest(_phone(known[0]["person_ref"]).encode(), phone.encode()) else None


def _phone(ref: str | None) -> str:
    sealed = private.unseal(ref) if ref else None
    return "".join(one for one in (sealed or {}).get("phone", "") if one.isascii() and one.isdigit())


def _opens(receipt: str, phone: str, tail: str) -> bool:
    """Whether it is the end of the telephone number or the code of the receipt; a case without a number has only the code."""
    given = tail.strip().encode()
    is_end = len(phone) >= TAIL and hmac.compare_digest(phone[-TAIL:].encode(), given)
    return hmac.compare_digest(query_code(receipt).encode(), given) or is_end


def _read(value: Any) -> list[dict[str, Any]]:
    return list(json.loads(value) if isinstance(value, str) else value)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
