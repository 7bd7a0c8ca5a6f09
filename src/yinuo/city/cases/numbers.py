"""Receipt numbers: the number a citizen asks with, with check digits that find a slip of the pen (ISO 7064, MOD 97-10).

The serial number comes from a sequence of the database: any number of processes and cases a day, none twice, never
waiting for each other. A number whose act then failed stays unused. The date is that of recording, in the city's zone.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.conf import settings
from django.db import connection
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_97_10

from yinuo.city.ledger import private
from yinuo.city.ledger.statements import sql


def receipt(serial: int, day: date) -> str:
    """The receipt number of a serial number on a local day: the setting's format, then two check digits."""
    body = _of_day(settings.RECEIPT_FORMAT, day).format(serial=serial)
    if body.isascii() and body.isdigit():
        return f"{body}{98 - int(body) * 100 % 97:02d}"
    return body + mod_97_10.calc_check_digits(_plain(body))


class _Later:
    """Stands for a number that is not known yet: written into a format, its place stays one."""

    def __format__(self, how: str) -> str:
        return f"{{serial:{how}}}"


@lru_cache(maxsize=8)
def _of_day(pattern: str, day: date) -> str:
    """The format with its day written in, which takes longer than all the rest; what is left is a format of the serial."""
    once = pattern.replace("{{", "{{{{").replace("}}", "}}}}")
    return once.format(day=day, serial=_Later())


def is_receipt(text: str) -> bool:
    """Whether the check digits of a number somebody typed are right: any single slip and any two neighbours swapped show."""
    try:
        mod_97_10.validate(_plain(text))
    except ValidationError:
        return False
    return True


def query_code(number: str) -> str:
    """The six digits printed beside a receipt number: who holds the paper follows the case without an account."""
    return f"{int.from_bytes(private.keyed('receipt code', number)[:8], 'big') % 1_000_000:06d}"


def serials(count: int) -> list[int]:
    """So many fresh serial numbers, in one round trip."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "serials"), {"count": count})
        return [row[0] for row in cursor.fetchall()]


def _plain(text: str) -> str:
    return "".join(one for one in text.upper() if one.isascii() and one.isalnum())
