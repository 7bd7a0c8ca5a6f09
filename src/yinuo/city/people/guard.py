"""The gate before every view and API operation: who is here, and may he come in (design 5, peers 2.4).

A view says what it needs by a mark: `@needs("case.read")` or `@public`. The mark is read before the view runs; a view
without one is refused, so that nothing is open by oversight.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from ninja.operation import PathView
from ninja.utils import check_csrf

from yinuo.city.people import may, tokens
from yinuo.city.people.accounts import persons, second_factor
from yinuo.city.people.accounts.landing import first_place
from yinuo.city.people.actor import Actor, NotAllowed

View = TypeVar("View", bound=Callable[..., Any])
PUBLIC = "public"
SIGNED_IN = "signed_in"
OPEN_MODULES = ("allauth.", "django.views.i18n", "django.views.static", "django.contrib.staticfiles.", "ninja.openapi.")
"""Views of libraries that mind their own door: signing in, the choice of language, static files, the API's description."""


def needs(action: str) -> Callable[[View], View]:
    """Mark a view or API operation: only actors that may do this somewhere come in. Raises UnknownAction at import."""
    may.permission(action)

    def mark(view: View) -> View:
        view.permission = action  # type: ignore[attr-defined]
        return view

    return mark


def signed_in(view: View) -> View:
    """Mark a view that everybody with a login or a token may see, whatever the roles."""
    view.permission = SIGNED_IN  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Mark a view that everybody may see, signed in or not."""
    view.permission = PUBLIC  # type: ignore[attr-defined]
    return view


@lru_cache(maxsize=4096)
def declared(view: Callable[..., Any], method: str) -> str | None:
    """What a view needs for a method: an action, `public`, `signed_in`, or None when it declares nothing."""
    operations = _operations(view)
    if operations is not None:
        for operation in operations.operations:
            if method in operation.methods:
                return getattr(operation.view_func, "permission", None)
        return PUBLIC  # no such method here: answered 405 without running anything
    found = getattr(view, "permission", None) or getattr(getattr(view, "view_class", None), "permission", None)
    return found or (PUBLIC if f"{view.__module__}.".startswith(OPEN_MODULES) else None)


def _operations(view: Callable[..., Any]) -> PathView | None:
    """The API operations behind a view that the API framework made: it keeps them in a closure."""
    for cell in getattr(view, "__closure__", None) or ():
        if isinstance(cell.cell_contents, PathView):
            return cell.cell_contents
    return None


class Gate:
    """Middleware: puts `request.actor` (Actor or None), refuses who may not, answers NotAllowed with a page or problem."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        token = bearer(request)
        request.token = token  # type: ignore[attr-defined]
        if token is not None:
            request.actor = tokens.actor_for(token, now=now)  # type: ignore[attr-defined]
            if request.actor is not None and not tokens.is_within_rate(request.actor.id, now=now):  # type: ignore[attr-defined]
                return _too_many()
        elif request.user.is_authenticated:
            request.actor = persons.actor_of(str(request.user.pk), now=now)  # type: ignore[attr-defined]
        else:
            request.actor = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Lets the request through (None) or answers it."""
        wanted = declared(view, request.method or "GET")
        if wanted is None:
            return refuse(request, 403, sentence=_("此页面未声明所需权限，已拒绝访问。请联系系统管理员。"))
        if wanted == PUBLIC:
            return None
        actor: Actor | None = request.actor  # type: ignore[attr-defined]
        if actor is None and not (wanted == SIGNED_IN and request.user.is_authenticated):
            return _nobody(request)
        if _operations(view) is not None and _is_forged(request):
            return refuse(request, 403, sentence=_("请求缺少防伪标记，已拒绝。请刷新页面后重试，或使用系统令牌。"))
        if actor is not None and second_factor.is_missing(request, actor):
            return _without_second_factor(request)
        try:
            if wanted != SIGNED_IN:
                may.require(actor, wanted)
        except NotAllowed as refusal:
            if actor is not None and request.get_full_path() == "/":
                return redirect(first_place(actor))  # the address of the city itself leads everybody somewhere
            return refuse(request, 403, sentence=str(refusal))
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refusal inside a view becomes its answer."""
        return refuse(request, 403, sentence=str(error)) if isinstance(error, NotAllowed) else None


def bearer(request: HttpRequest) -> str | None:
    """The token of `Authorization: Bearer …`, if the request carries one."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def is_program(request: HttpRequest) -> bool:
    """Whether a program asks rather than a person with a browser: it gets a problem in JSON, not a page."""
    return (
        request.path.startswith("/api/")
        or bearer(request) is not None
        or request.get_preferred_type(["text/html", "application/json"]) == "application/json"
    )


def refuse(request: HttpRequest, status: int, *, sentence: str) -> HttpResponse:
    """The answer to who may not: a page for a person, problem+json (RFC 9457) for a program."""
    if is_program(request):
        return problem(status, sentence)
    shown = {
        "code": status,
        "title": _("不能访问"),
        "sentence": sentence,
        "remedy": _("如果您认为应当有权限，请把本页地址告诉本单位的管理员。"),
    }
    return render(request, "site/refused.html.j2", shown, status=status)


def problem(status: int, sentence: str, **headers: str) -> JsonResponse:
    """A problem in JSON (RFC 9457)."""
    body = {"type": "about:blank", "status": status, "detail": sentence}
    return JsonResponse(body, status=status, content_type="application/problem+json", headers=headers)


def _nobody(request: HttpRequest) -> HttpResponse:
    if is_program(request):
        return problem(401, _("需要登录或有效的系统令牌。"), **{"WWW-Authenticate": "Bearer"})
    if request.user.is_authenticated:
        return refuse(request, 403, sentence=_("您的账号没有对应的在岗人员，请联系管理员。"))
    door = f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": door})
    return redirect(door)


def _without_second_factor(request: HttpRequest) -> HttpResponse:
    if is_program(request):
        return problem(403, _("您的角色必须先启用动态口令，请在浏览器中设置。"))
    return redirect("mfa_activate_totp")


def _is_forged(request: HttpRequest) -> bool:
    """An operation of the API that changes something and comes with a cookie must carry the form's token too."""
    if bearer(request) is not None or request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    return check_csrf(request) is not None


def _too_many() -> HttpResponse:
    return problem(429, _("请求过于频繁，请稍后再试。"), **{"Retry-After": str(tokens.PAUSE)})
