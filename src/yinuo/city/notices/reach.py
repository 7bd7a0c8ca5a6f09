"""Reaching other people's servers over HTTP: one request, one answer, no way into our own network."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

SECONDS = 10.0
"""A whole request takes no longer, whatever the other side does."""
LATE = "十秒内没有应答"
READ = 4096
"""So many bytes of an answer are read."""
_TRANSLATED = IPv6Network("64:ff9b::/96")


class NoAnswer(Exception):
    """The other side cannot be reached now, or says that it is busy or broken."""


class Refused(Exception):
    """The other side does not want this message. `is_final`: nor ever again."""

    def __init__(self, sentence: str, *, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.is_final = is_final


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `text` is the beginning of the body."""

    status: int
    text: str


def check(url: str, *, may_be_private: bool) -> SplitResult:
    """The parts of an address one may send to. Raises Refused for what is no public http(s) address, as far as it tells."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - the property raises on what is no port
    except ValueError:
        raise Refused(f"{url!r} is no address.", is_final=True) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(f"{url!r} must begin with http:// or https:// and name a host.", is_final=True)
    if parts.username or parts.password:
        raise Refused("An address must not hold a user name or password; use the signature.", is_final=True)
    if not url.isascii() or any(sign <= " " or sign == "\x7f" for sign in url):
        raise Refused(f"{url!r} holds signs that an address must write as %xx.", is_final=True)
    try:
        literal = ip_address(parts.hostname)
    except ValueError:
        return parts
    if not may_be_private and not is_public(literal):
        raise Refused(_closed(parts.hostname), is_final=True)
    return parts


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address lies in the open Internet, also when it is an IPv4 one in the clothes of IPv6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if inner is None and address in _TRANSLATED:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not address.is_multicast


def send(method: str, url: str, *, body: bytes | None, headers: Mapping[str, str], may_be_private: bool) -> Answer:
    """One request. The host is resolved once, and the connection goes to what was checked; redirects are not followed.

    Raises Refused for an address that is not allowed, NoAnswer when nobody answers within SECONDS.
    """
    parts = check(url, may_be_private=may_be_private)
    connection = _Pinned(parts, _resolve(parts, may_be_private=may_be_private))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    watch = threading.Timer(SECONDS, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        text = answer.read(READ).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException, AttributeError) as error:
        # AttributeError: the watch took the socket away between two steps of http.client.
        late = connection.was_cut or isinstance(error, TimeoutError)
        raise NoAnswer(LATE if late else f"{type(error).__name__}: {error}") from error
    finally:
        watch.cancel()
        connection.close()
    if connection.was_cut:
        # http.client takes an end in the middle of the headers for their end.
        raise NoAnswer(LATE)
    return Answer(answer.status, text)


def accept(answer: Answer) -> None:
    """Return when the answer says 2xx. Raises NoAnswer for busy or broken, Refused for the rest (410: for ever)."""
    if 200 <= answer.status < 300:
        return
    sentence = f"HTTP {answer.status}: {answer.text[:200]}".strip()
    if answer.status in {408, 425, 429} or answer.status >= 500:
        raise NoAnswer(sentence)
    raise Refused(sentence, is_final=answer.status == 410)


def _resolve(parts: SplitResult, *, may_be_private: bool) -> tuple[str, int]:
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise NoAnswer(f"{host} is not known to the name service: {error}") from error
    if not may_be_private and not all(is_public(ip_address(str(one).partition("%")[0])) for one in found):
        raise Refused(_closed(host), is_final=True)
    return str(found[0]), port


def _closed(host: str) -> str:
    return f"{host} lies inside a private network; YINUO_WEBHOOK_PRIVATE=1 allows such addresses."


class _Pinned(http.client.HTTPConnection):
    """A connection to one address that was checked, under the name it was asked for."""

    def __init__(self, parts: SplitResult, address: tuple[str, int]) -> None:
        super().__init__(parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80), timeout=SECONDS)
        if parts.scheme == "https":
            self.default_port = 443
        self._address = address
        self._is_secure = parts.scheme == "https"
        self.was_cut = False

    def connect(self) -> None:
        """Connect to the pinned address, for https under the name's certificate."""
        self.sock = socket.create_connection(self._address, timeout=SECONDS)
        if self._is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End what takes too long."""
        self.was_cut = True
        open_socket = self.sock
        if open_socket is not None:
            try:
                open_socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                open_socket.close()
