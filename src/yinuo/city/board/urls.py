"""The addresses of the supervisor's pages."""

from __future__ import annotations

from django.urls import path, re_path

from yinuo.city.board.views import cases, figures, institutions, lights, lists, proofs, trials

urlpatterns = [
    path("", lights.board, name="board"),
    path("board/lights", lights.renewed, name="lights"),
    path("findings", lists.findings, name="findings"),
    re_path(r"^findings\.(?P<form>csv|xlsx)$", lists.export_findings, name="export_findings"),
    path("findings/<str:card>/<str:what>", cases.answer, name="card_answer"),
    path("cases", lists.cases, name="cases"),
    re_path(r"^cases\.(?P<form>csv|xlsx)$", lists.export_cases, name="export_cases"),
    path("cases/<str:case_id>", cases.case, name="case"),
    path("cases/<str:case_id>/proof", proofs.proof, name="case_proof"),
    re_path(r"^cases/(?P<case_id>[^/]+)/inclusion\.(?P<form>html|json)$", proofs.inclusion, name="case_inclusion"),
    path("texts/try", trials.upload, name="trial_upload"),
    path("texts/try/<str:digest>", trials.shown, name="trial"),
    path("texts/try/<str:digest>/install", trials.installed, name="trial_install"),
    path("cases/<str:case_id>/unmask", cases.unmasked, name="case_unmask"),
    path("figures", figures.figures, name="figures"),
    path("figures/<str:institution>/<str:clause>", figures.figure, name="figure"),
    path("figures/<str:institution>/<str:clause>/cases", figures.cases, name="figure_cases"),
    path("institutions", institutions.institutions, name="institutions"),
    path("institutions/<str:name>", institutions.institution, name="institution"),
    path("institutions/<str:name>/stories", institutions.stories, name="stories"),
    path("cases/<str:case_id>/do/<str:activity>", cases.act, name="case_act"),
]
