"""Coming in by telephone: a code of six digits, for a few minutes, a few tries, so many a day."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.notices import reach
from yinuo.city.portal.models import Code
from yinuo.city.portal.residents import keys

LIFE = timedelta(minutes=10)
PAUSE = timedelta(seconds=60)
TRIES, A_DAY = 5, 10


class NotSent(Exception):
    """No code went out; the message is for the person."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A code is on its way. `shown` holds the message where it was recorded instead of sent (a demonstration)."""

    shown: str | None


def send(phone: str, code: str, *, now: datetime) -> Sent:
    """Send a code made at the edge. The answer is the same whether somebody has this number or not. Raises NotSent."""
    text = _("您的验证码是 %(code)s，10 分钟内有效。工作人员不会向您要验证码。") % {"code": code}
    _write(phone, code, now=now)
    gateway = settings.SMS_GATEWAY
    if gateway is None:
        if not settings.DEMO:
            raise NotSent(_("短信暂时发不出去，请稍后再试，或者到窗口办理。"))
        return Sent(text)
    try:
        gateway.send(phone, text, message_id=f"code-{keys.phone_key(phone)[:12]}-{int(now.timestamp())}")
    except (reach.NoAnswer, reach.Refused) as error:
        raise NotSent(_("短信暂时发不出去，请稍后再试，或者到窗口办理。")) from error
    return Sent(None)


def _write(phone: str, code: str, *, now: datetime) -> None:
    key, today = keys.phone_key(phone), timezone.localdate(now)
    with transaction.atomic():
        row = Code.objects.select_for_update().filter(phone_key=key).first()
        today_before = row.sent_today if row is not None and row.day == today else 0
        if row is not None and now - row.sent_at < PAUSE:
            raise NotSent(_("验证码刚刚发过，请一分钟后再试。"))
        if today_before >= A_DAY:
            raise NotSent(_("这个号码今天的验证码已经发满，请明天再试，或者到窗口办理。"))
        fresh = {"digest": _digest(key, code), "sent_at": now, "tries": 0, "day": today, "sent_today": today_before + 1}
        Code.objects.update_or_create(phone_key=key, defaults=fresh)


def check(phone: str, code: str, *, now: datetime) -> Literal["right", "wrong", "spent"]:
    """Whether it is the code sent; a right one is used up, and so is any after five wrong ones or ten minutes."""
    key = keys.phone_key(phone)
    with transaction.atomic():
        row = Code.objects.select_for_update().filter(phone_key=key).first()
        if row is None or not row.digest or now - row.sent_at > LIFE or row.tries >= TRIES:
            return "spent"
        if hmac.compare_digest(row.digest, _digest(key, code.strip())):
            Code.objects.filter(phone_key=key).update(digest="")
            return "right"
        Code.objects.filter(phone_key=key).update(tries=row.tries + 1)
        return "wrong"


def _digest(key: str, code: str) -> str:
    return keys.keyed("code", f"{key}|{code}")
