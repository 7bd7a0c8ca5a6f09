"""Run as a process: the small town of the cases is founded in an empty city, and everybody has a telephone."""

from __future__ import annotations

from yinuo.cli.city import setup

if __name__ == "__main__":
    setup()
    from tests.city.cases import town
    from tests.city.supervision.staff import SEATS, appoint
    from yinuo.city.people import commands as people
    from yinuo.city.people.actor import OPERATOR

    town.found()
    appoint()
    for number, person in enumerate(sorted({person for _unit, _tier, person in SEATS})):
        fields = {"name": person, "phone": f"1380013800{number}", "identity": ""}
        people.change_person(person, fields=fields, actor=OPERATOR, now=town.later(minutes=1))
