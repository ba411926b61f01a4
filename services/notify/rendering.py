"""Owns how a notice becomes words: names, dates and labels in the recipient's language and zone."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from services.notify.domain.values import Rendered
from services.notify.domain.wording import lines_of, one_line, subject_of
from shared.contracts.ids import PlanRef
from shared.contracts.notices import Cause, Notice, PlanNotice
from shared.contracts.organisation import Person
from shared.contracts.words import SYSTEM, Language, Milestone, Rung, Stage
from shared.locale.catalogue import template, text
from shared.locale.labels import label, listed
from shared.org.organisation import Organisation

DEFAULT_ZONE: Final = "Asia/Shanghai"
UNKNOWN: Final = "unknown"
UNKNOWN_PLAN: Final = "unknown_of_plan"
"""The general texts for a notice of a newer version."""

_LABELS: Final[Mapping[type, str]] = {
    Stage: "stage",
    Milestone: "milestone",
    Rung: "rung",
    Cause: "cause",
}


class _Reader:
    """The reader of a notice: their language, their zone, and the names they know people by."""

    def __init__(self, recipient: Person | None, organisation: Organisation, zone: str) -> None:
        self.language = recipient.language if recipient else Language.ZH
        self.zone = recipient.zone if recipient else zone
        self._organisation = organisation

    def person(self, person_id: str) -> str:
        """A name; an id that is not known yet stays as it is."""
        if person_id == SYSTEM:
            return text("label.person.system", self.language)
        person = self._organisation.person(person_id)
        return person.name.of(self.language) if person else person_id

    def department(self, department_id: str) -> str:
        """A department's name; an id that is not known yet stays as it is."""
        department = self._organisation.department(department_id)
        return department.name.of(self.language) if department else department_id

    def month(self, month: str) -> str:
        """A month in words."""
        first = date.fromisoformat(f"{month}-01")
        return format_date(first, text("date.month", self.language), locale=self.language.value)

    def moment(self, instant: datetime) -> str:
        """An instant in the reader's zone."""
        pattern = text("date.moment", self.language)
        return format_datetime(instant, pattern, tzinfo=ZoneInfo(self.zone), locale=self.language.value)

    def parameters(self, said: PlanNotice | None, plan: PlanRef | None) -> dict[str, str]:
        """Everything that the texts may show, as it is read."""
        shown = (
            {} if said is None else {name: self._shown(name, value) for name, value in said if name != "plan"}
        )
        return shown | ({} if plan is None else self._of_plan(plan))

    def _of_plan(self, plan: PlanRef) -> dict[str, str]:
        return {
            "plan": plan.plan_id,
            "month": self.month(plan.month),
            "author": self.person(plan.person),
            "department": self.department(plan.department),
        }

    def _shown(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, StrEnum):
            return label(_LABELS[type(value)], value, self.language)
        if isinstance(value, datetime):
            return self.moment(value)
        if isinstance(value, tuple):
            return listed(map(self.person, value), self.language)
        return self._typed(name, str(value))

    def _typed(self, name: str, value: str) -> str:
        match name:
            case "actor":
                return self.person(value)
            case "band":
                return one_line(label("band", value, self.language))
            case "note":
                return _paragraph(value)
        return one_line(value)


def render(notice: Notice, organisation: Organisation, *, zone: str = DEFAULT_ZONE) -> Rendered:
    """The words of a notice for its recipient; one who is not known yet gets Chinese and ``zone``.

    A notice of a newer version, whose text is not here, gets a general text that names the plan.
    """
    reader = _Reader(organisation.person(notice.recipient), organisation, zone)
    said, plan = notice.said, notice.plan
    name = said.name if said else UNKNOWN_PLAN if plan else UNKNOWN
    shown = reader.parameters(said, plan)
    body = template(f"notice.{name}.body", reader.language)
    closing = template("notice.plan", reader.language)
    return Rendered(
        language=reader.language,
        subject=subject_of(template(f"notice.{name}.subject", reader.language), shown),
        lines=(*lines_of(body, shown), *lines_of(closing, shown)),
    )


def _paragraph(value: str) -> str:
    return "\n".join(line for line in map(one_line, value.splitlines()) if line)
