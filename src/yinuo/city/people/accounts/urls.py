"""Signing in and out, passwords, one-time codes, the city's identity provider. What allauth offers besides is left out."""

from __future__ import annotations

from allauth.account import views as account
from allauth.socialaccount import views as outside
from django.urls import URLPattern, URLResolver, include, path

from yinuo.city.people.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("login/", views.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("outside/cancelled/", outside.login_cancelled, name="socialaccount_login_cancelled"),
    path("outside/error/", outside.login_error, name="socialaccount_login_error"),
    path("outside/signup/", outside.signup, name="socialaccount_signup"),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
]
