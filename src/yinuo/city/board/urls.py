"""The addresses of the supervisor's pages."""

from __future__ import annotations

from django.urls import path, re_path

from yinuo.city.board.rounds import views as rounds
from yinuo.city.board.views import cases, lights, lists, measures, outages, papers, proofs, waiting
from yinuo.city.board.wall import views as walls

urlpatterns = [
    path("", lights.board, name="board"),
    path("board/lights", lights.renewed, name="lights"),
    path("wall", walls.wall, name="wall"),
    path("rounds", rounds.rounds, name="rounds"),
    path("cycle", rounds.cycle, name="cycle"),
    path("wall/lights", walls.renewed, name="wall_lights"),
    path("findings", lists.findings, name="findings"),
    re_path(r"^findings\.(?P<form>csv|xlsx)$", lists.export_findings, name="export_findings"),
    path("findings/<str:card>/propose", measures.propose, name="measure_propose"),
    path("findings/<str:card>/notice.pdf", papers.notice, name="card_notice"),
    path("findings/<str:card>/<str:what>", cases.answer, name="card_answer"),
    path("measures", measures.measures, name="measures"),
    path("measures/<str:measure>/<str:what>", measures.act, name="measure_act"),
    path("outages", outages.outages, name="outages"),
    path("outages/<str:outage>/verify", outages.verify, name="outage_verify"),
    path("offers", waiting.offers, name="offers"),
    path("offers/<str:case_id>/<str:activity>", waiting.answer_offer, name="offer_answer"),
    path("pauses", waiting.pauses, name="pauses"),
    path("pauses/<str:case_id>/<str:activity>", waiting.look_at_pause, name="pause_look"),
    path("cases", lists.cases, name="cases"),
    re_path(r"^cases\.(?P<form>csv|xlsx)$", lists.export_cases, name="export_cases"),
    path("cases/<str:case_id>", cases.case, name="case"),
    path("cases/<str:case_id>/proof", proofs.proof, name="case_proof"),
    re_path(r"^cases/(?P<case_id>[^/]+)/inclusion\.(?P<form>html|json)$", proofs.inclusion, name="case_inclusion"),
    path("cases/<str:case_id>/papers/<str:paper>.pdf", papers.paper, name="case_paper"),
    path("cases/<str:case_id>/unmask", cases.unmasked, name="case_unmask"),
    path("cases/<str:case_id>/do/<str:activity>", cases.act, name="case_act"),
]
