"""Paying a fee of my case, and the till of the recorded gateway."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yinuo.city.cases.acts import Refused
from yinuo.city.people.guard import public
from yinuo.city.portal.models import Payment
from yinuo.city.portal.models import Recorded as Row
from yinuo.city.portal.payments import commands
from yinuo.city.portal.payments.gateway import gateway
from yinuo.city.portal.payments.recorded import Recorded
from yinuo.city.portal.residents.commands import actor_id
from yinuo.city.portal.residents.door import mine
from yinuo.city.portal.views.mine import standing_of


@mine
@require_POST
def pay(request: HttpRequest, case_id: str) -> HttpResponse:
    """Order a fee of this case's item and go to the gateway."""
    found, till = standing_of(request, case_id), gateway()
    if till is None:
        raise Http404
    try:
        order = commands.order(
            case_id, request.POST.get("fee", ""), fees=found.fees, payment=uuid.uuid4().hex,
            actor=actor_id(request.resident.id), now=timezone.now(),  # type: ignore[attr-defined]
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("my_case", case_id)
    return redirect(till.begin(order, back=reverse("my_paid", args=[case_id, order.payment])))


@mine
@require_GET
def paid(request: HttpRequest, case_id: str, payment: str) -> HttpResponse:
    """Back from the gateway: it is asked itself, what the address says counts for nothing."""
    standing_of(request, case_id)
    row, till = Payment.objects.filter(payment=payment, case_id=case_id).first(), gateway()
    if row is None or till is None:
        raise Http404
    if commands.settle(payment, till, actor=actor_id(request.resident.id), now=timezone.now()):  # type: ignore[attr-defined]
        messages.success(request, _("缴费成功。"))
    else:
        messages.error(request, _("还没有收到付款；付过的话请稍等再看，没有付的可以再付。"))
    return redirect("my_case", case_id)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def till(request: HttpRequest, payment: str) -> HttpResponse:
    """The recorded gateway's page; there is none where another gateway is set."""
    row = Row.objects.filter(payment=payment).first()
    if row is None or not isinstance(gateway(), Recorded):
        raise Http404
    back = request.POST.get("back") or request.GET.get("back") or reverse("my")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("my")
    if request.method == "POST":
        if request.POST.get("do") == "pay":
            Recorded().pay(payment)
        return redirect(back)
    return render(request, "portal/till.html.j2", {"row": row, "back": back})
