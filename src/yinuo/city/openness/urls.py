"""The addresses of what the city publishes to everybody."""

from __future__ import annotations

from django.urls import path, re_path

from yinuo.city.openness.records import BOOKS
from yinuo.city.openness.views import books, days, front, ratings, requests, texts, units

_BOOK = rf"(?P<book>{'|'.join(BOOKS)})"

urlpatterns = [
    path("open", front.front, name="open"),
    path("open/figures", front.figures, name="open_figures"),
    path("open/figures/<str:institution>/<str:clause>", front.figure, name="open_figure"),
    path("open/ratings", ratings.given, name="open_ratings"),
    path("open/missed", front.missed, name="open_missed"),
    path("open/results", front.results, name="open_results"),
    path("open/institutions", texts.institutions, name="open_institutions"),
    path("open/institutions/<str:name>", texts.institution, name="open_institution"),
    path("open/pledges", texts.pledges, name="open_pledges"),
    path("open/requests", requests.about, name="open_requests"),
    path("open/requests/sent/<str:sent>", requests.sent, name="open_sent"),
    path("open/requests/<str:form>", requests.form, name="open_request"),
    path("open/calendar", days.calendar, name="open_calendar"),
    path("open/units", units.units, name="open_units"),
    path("open/units/<str:unit>", units.unit, name="open_unit"),
    re_path(rf"^open/{_BOOK}$", books.book, name="open_book"),
    re_path(rf"^open/{_BOOK}/(?P<receipt>[0-9A-Za-z-]+)$", books.record, name="open_record"),
    re_path(rf"^open/{_BOOK}/(?P<receipt>[0-9A-Za-z-]+)/files/(?P<digest>[0-9a-f]+)$", books.file, name="open_file"),
]
