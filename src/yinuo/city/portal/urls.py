"""The addresses of the portal: what residents do, and what anybody may follow by a number."""

from __future__ import annotations

from django.urls import path

from yinuo.city.portal.views import account, apply, mine, paying, rating, tracking, village

urlpatterns = [
    path("track", tracking.track, name="track"),
    path("rate", rating.rate, name="rate"),
    path("my/cases/<str:case_id>/rate", rating.rate_mine, name="my_rate"),
    path("my/sign-in", account.sign_in, name="my_sign_in"),
    path("my/sign-out", account.sign_out, name="my_sign_out"),
    path("my/profile", account.profile, name="my_profile"),
    path("my/erase", account.erase, name="my_erase"),
    path("my/mandates", account.mandates, name="my_mandates"),
    path("my/mandates/<str:mandate>/end", account.end_mandate, name="my_mandate_end"),
    path("apply/<str:item>", apply.begin, name="apply"),
    path("my/drafts/<str:draft>", apply.draft, name="my_draft"),
    path("my", mine.overview, name="my"),
    path("my/show", mine.show, name="my_show"),
    path("my/cases/<str:case_id>", mine.case, name="my_case"),
    path("my/cases/<str:case_id>/supplement", mine.supplement, name="my_supplement"),
    path("my/cases/<str:case_id>/withdraw", mine.withdraw, name="my_withdraw"),
    path("my/cases/<str:case_id>/files/<str:digest>", mine.file, name="my_file"),
    path("my/cases/<str:case_id>/papers/<str:paper>", mine.paper, name="my_paper"),
    path("my/cases/<str:case_id>/pay", paying.pay, name="my_pay"),
    path("my/cases/<str:case_id>/paid/<str:payment>", paying.paid, name="my_paid"),
    path("till/<str:payment>", paying.till, name="till"),
    path("agency", village.items, name="agency"),
    path("agency/mandates", village.mandates, name="agency_mandates"),
    path("agency/mandates/<str:mandate>/check", village.check, name="agency_check"),
    path("agency/mandates/<str:mandate>/document", village.document, name="agency_document"),
    path("agency/items/<str:item>", village.begin, name="agency_begin"),
    path("agency/drafts/<str:draft>", village.draft, name="agency_draft"),
]
