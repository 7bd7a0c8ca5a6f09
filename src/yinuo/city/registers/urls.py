"""The addresses of the desk. Cases are opened here, so these come before those of a case."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from yinuo.city.registers.views import acts, books, exchange, opening, tables


class Kind(StringConverter):
    """A flow, or `<institution>/<register>`."""

    regex = "[a-z0-9-]+(?:/[a-z0-9-]+)?"


class File(StringConverter):
    """The two kinds of file a list comes as."""

    regex = "csv|xlsx"


register_converter(Kind, "kind")
register_converter(File, "file")

urlpatterns = [
    path("cases/new", opening.kinds, name="kinds"),
    path("cases/new/<kind:kind>", opening.elsewhere, name="case_open_before"),
    path("registers", books.registers, name="registers"),
    path("registers/tables", tables.tables, name="tables"),
    path("registers/tables/<str:table>", tables.table, name="dated_table"),
    path("registers/tables/<str:institution>/<str:clause>", tables.decision, name="decision_table"),
    path("registers/<kind:kind>/new", opening.opened, name="case_open"),
    path("registers/<kind:kind>/import", exchange.take, name="register_import"),
    path("registers/<kind:kind>/template.xlsx", exchange.template, name="register_template"),
    path("registers/<kind:kind>/do", acts.bulk, name="register_bulk"),
    path("registers/<kind:kind>/print", books.printed, name="register_print"),
    path("registers/<kind:kind>.<file:form>", books.export, name="export_register"),
    path("registers/<kind:kind>", books.register, name="register"),
]
