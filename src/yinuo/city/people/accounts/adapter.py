"""What allauth asks us: nobody signs himself up, failures are counted, outside identities belong to staff we know."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.people.accounts import lock_out
from yinuo.city.people.accounts.landing import first_place
from yinuo.city.people.accounts.openid import RESIDENTS
from yinuo.city.people.accounts.persons import actor_of
from yinuo.city.people.models import Account


class Adapter(DefaultAccountAdapter):
    """Nobody signs himself up: an administrator opens accounts. A name that failed too often is locked for a while."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        if lock_out.is_locked(credentials.get("username", ""), now=timezone.now()):
            raise ValidationError(_("登录失败次数过多，该账号已暂时锁定，请稍后再试或联系管理员。"), code="locked")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        if user is not None:
            self._note(request, credentials, succeeded=True)
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        self._note(request, credentials, succeeded=False)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where this person's work begins; the board for an account that belongs to nobody yet."""
        actor = actor_of(str(request.user.pk), now=timezone.now())
        return str(super().get_login_redirect_url(request)) if actor is None else first_place(actor)

    def _note(self, request: HttpRequest, credentials: dict[str, Any], *, succeeded: bool) -> None:
        address = request.META.get("REMOTE_ADDR", "")
        lock_out.note(credentials.get("username", ""), succeeded=succeeded, address=address, now=timezone.now())


class OutsideAdapter(DefaultSocialAccountAdapter):
    """The city's identity provider says who somebody is; which account that is, the administrator has said before.

    An account is found by the provider's `preferred_username`, and tied to the provider's `sub` at the first sign-in.
    Nobody gets an account by signing in.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        if sociallogin.account.provider == RESIDENTS:
            return  # heard by the portal: a resident never becomes an account of the staff
        if sociallogin.is_existing:
            return
        claims = sociallogin.account.extra_data
        name = (claims.get("userinfo") or claims).get("preferred_username", "")
        account = Account.objects.filter(username=name, is_active=True).first() if name else None
        # A name may be given to somebody else at the provider later; its `sub` is not.
        if (
            account is not None
            and SocialAccount.objects.filter(user=account, provider=sociallogin.account.provider).exists()
        ):
            account = None
        if account is None:
            sentence = _("统一身份认证成功，但本系统没有您的账号，请联系管理员开通。")
            shown = {
                "code": 403,
                "title": _("不能登录"),
                "sentence": sentence,
                "remedy": _("请把您在统一身份认证中的用户名告诉管理员。"),
            }
            raise ImmediateHttpResponse(render(request, "site/refused.html.j2", shown, status=403))
        sociallogin.connect(request, account)
