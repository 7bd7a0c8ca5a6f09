"""SMS by any HTTP gateway: address, method, headers and body are templates of the environment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from yinuo.city.notices import reach

_PLACE = re.compile(r"\{(phone|text|id)\}")


class BadGateway(Exception):
    """The environment describes a gateway that cannot work; the message says which variable to mend."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where and how an SMS is handed over. `{phone}`, `{text}` and `{id}` are filled in, encoded for where they stand."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: str
    accepted: str
    """What the answer holds when the gateway took the message; empty = the status 2xx is enough."""

    def send(self, phone: str, text: str, *, message_id: str) -> None:
        """Hand one message over. Raises NoAnswer, Refused."""
        values = {"phone": phone, "text": text, "id": message_id}
        url = _filled(self.url, values, lambda value: quote(value, safe=""))
        body = _filled(self.body, values, self._encoding()).encode() if self.body else None
        answer = reach.send(self.method, url, body=body, headers=self.headers, may_be_private=True)
        reach.accept(answer)
        if self.accepted and self.accepted not in answer.text:
            raise reach.Refused(f"the gateway did not say {self.accepted!r}: {answer.text[:200]}")

    def _encoding(self) -> Callable[[str], str]:
        kind = next((value for name, value in self.headers.items() if name.lower() == "content-type"), "")
        if "json" in kind:
            return lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
        return quote_plus if "urlencoded" in kind else str


def gateway(environ: Mapping[str, str]) -> Gateway | None:
    """The gateway of YINUO_SMS_URL, _METHOD, _HEADERS (a JSON object), _BODY, _ACCEPTED; None without an address.

    Raises BadGateway.
    """
    url = environ.get("YINUO_SMS_URL", "")
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        raise BadGateway(f"YINUO_SMS_URL must begin with http:// or https://, not {url[:40]!r}.")
    body = environ.get("YINUO_SMS_BODY", '{"phone": "{phone}", "text": "{text}", "id": "{id}"}')
    for place in ("{phone}", "{text}"):
        if place not in url + body:
            raise BadGateway(f"Neither YINUO_SMS_URL nor YINUO_SMS_BODY has a place {place}.")
    method = environ.get("YINUO_SMS_METHOD", "POST").upper()
    return Gateway(url, method, _headers(environ), body, environ.get("YINUO_SMS_ACCEPTED", ""))


def _headers(environ: Mapping[str, str]) -> dict[str, str]:
    try:
        given = json.loads(environ.get("YINUO_SMS_HEADERS") or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise BadGateway('YINUO_SMS_HEADERS must be a JSON object of texts, such as {"Authorization": "Bearer …"}.')
    return {"Content-Type": "application/json; charset=utf-8", **given}


def _filled(template: str, values: Mapping[str, str], encoded: Callable[[str], str]) -> str:
    return _PLACE.sub(lambda match: encoded(values[match.group(1)]), template)
