"""Invented people. Their numbers begin as no real ones do."""

from __future__ import annotations

from random import Random

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉梅建国志文斌宇浩凯欣怡雪晨阳婷雅博"


def name(rng: Random) -> str:
    """A full name of two or three characters."""
    return rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2, 2))))


def applicant(rng: Random) -> dict[str, str]:
    """Somebody who applies: a name, a phone number and an identity number that no registry gave out."""
    born = f"{rng.randrange(1950, 2005)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"
    number = f"990000{born}{rng.randrange(1000):03}X"
    return {"name": name(rng), "phone": f"100{rng.randrange(10**8):08}", "identity": number}
