"""Owns how a notice becomes words: names, dates and labels in the recipient's language and zone."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from services.notify.domain.texts import TEXTS
from services.notify.domain.values import Rendered
from services.notify.domain.wording import lines_of, one_line, subject_of, text_for
from shared.contracts.events import Notice
from shared.contracts.ids import parse_plan_id
from shared.contracts.organisation import Person
from shared.contracts.words import SYSTEM, Language
from shared.contracts.zones import known_zone
from shared.locale.catalogue import text
from shared.locale.labels import label, listed
from shared.org.organisation import Organisation

_LABELS: Final = {
    "stage": "stage",
    "milestone": "milestone",
    "rung": "rung",
    "because": "cause",
    "band": "band",
}
DEFAULT_ZONE: Final = "Asia/Shanghai"


class _Reader:
    """The eyes a notice is written for: a language, a zone and the names people go by."""

    def __init__(self, recipient: Person | None, organisation: Organisation, zone: str) -> None:
        self.language = recipient.language if recipient else Language.ZH
        self.zone = recipient.zone if recipient else zone
        self._organisation = organisation

    def people(self, ids: str) -> str:
        """Names for one or several ids; an id that is not known yet stays as it is."""
        return listed((self._person(one.strip()) for one in ids.split(",")), self.language)

    def _person(self, person_id: str) -> str:
        if person_id == SYSTEM:
            return text("label.person.system", self.language)
        person = self._organisation.person(person_id)
        return person.name.of(self.language) if person else person_id

    def department(self, department_id: str) -> str:
        department = self._organisation.department(department_id)
        return department.name.of(self.language) if department else department_id

    def month(self, month: str) -> str:
        try:
            first = date.fromisoformat(f"{month}-01")
        except ValueError:
            return month
        return format_date(first, text("date.month", self.language), locale=self.language.value)

    def moment(self, iso: str) -> str:
        """A day as it is; an instant in the reader's zone; a local time without zone as it is."""
        try:
            if len(iso) == len("2026-03-31"):
                day = date.fromisoformat(iso)
                return format_date(day, text("date.day", self.language), locale=self.language.value)
            found = _instant(iso)
        except ValueError:
            return one_line(iso)
        pattern, zone = text("date.moment", self.language), None
        if found.tzinfo is not None:
            pattern, zone = f"{pattern} ZZZZ", ZoneInfo(self.zone)
        return format_datetime(found, pattern, tzinfo=zone, locale=self.language.value)

    def show(self, name: str, value: str) -> str:
        """One parameter as it is read."""
        if name in _LABELS:
            return one_line(label(_LABELS[name], value, self.language))
        shown: dict[str, Callable[[str], str]] = {
            "author": self.people,
            "actor": self.people,
            "responsible": self.people,
            "department": self.department,
            "month": self.month,
            "due": self.moment,
            "note": _paragraph,
        }
        return shown.get(name, one_line)(value) if value else ""


def render(notice: Notice, organisation: Organisation, *, zone: str = DEFAULT_ZONE) -> Rendered:
    """The words of a notice for its recipient; one who is not known yet gets Chinese and ``zone``.

    A notice of a newer version, whose text is not here, gets a general text that names the plan.
    """
    general = "news_of_plan" if notice.parameters.get("plan") else "news"
    name = text_for(notice.template, notice.parameters) if has_text(notice) else general
    reader = _Reader(organisation.person(notice.recipient), organisation, zone)
    parameters = _facts_of_plan(notice.parameters) | notice.parameters
    shown = {key: reader.show(key, value) for key, value in parameters.items()}
    letter = TEXTS[name].zh if reader.language is Language.ZH else TEXTS[name].en
    return Rendered(
        language=reader.language, subject=subject_of(letter, shown), lines=lines_of(letter, shown)
    )


def has_text(notice: Notice) -> bool:
    """Whether this version has a text of its own for the notice."""
    return text_for(notice.template, notice.parameters) in TEXTS


def _facts_of_plan(parameters: Mapping[str, str]) -> dict[str, str]:
    try:
        plan = parse_plan_id(parameters.get("plan", ""))
    except ValueError:
        return {}
    return {"month": plan.month, "author": plan.person}


def _instant(text: str) -> datetime:
    """An ISO time, with an offset or followed by the name of its zone; naive when it has neither."""
    stamp, _, name = text.rpartition(" ")
    if "/" in name or name == "UTC":
        return datetime.fromisoformat(stamp).replace(tzinfo=ZoneInfo(known_zone(name)))
    return datetime.fromisoformat(text)


def _paragraph(text: str) -> str:
    return "\n".join(line for line in map(one_line, text.splitlines()) if line)
