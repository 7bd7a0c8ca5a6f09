"""The permit in django-viewflow: a start, a split into three views, a join, two more views."""

from __future__ import annotations

from typing import Any

from viewflow import this
from viewflow.workflow import flow


def _nothing(_request: Any) -> None:
    """No page is asked for: what is measured is the flow."""


class PermitFlow(flow.Flow):
    """Accept, then fire, water and health at once, then decide, then deliver."""

    accept = flow.Start(_nothing).Permission("workflow_permits.window").Next(this.split)
    split = flow.Split().Next(this.fire).Next(this.water).Next(this.health)
    fire = flow.View(_nothing).Permission("workflow_permits.fire").Next(this.join)
    water = flow.View(_nothing).Permission("workflow_permits.water").Next(this.join)
    health = flow.View(_nothing).Permission("workflow_permits.health").Next(this.join)
    join = flow.Join().Next(this.decide)
    decide = flow.View(_nothing).Permission("workflow_permits.head").Next(this.deliver)
    deliver = flow.View(_nothing).Permission("workflow_permits.window").Next(this.end)
    end = flow.End()
