"""Owns how the outcome of a month is printed: a line per plan, what reached leadership, and the links."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from monthline.demo.outcome import Outcome, PlanOutcome
from monthline.demo.scene import Clock, Mishap
from monthline.demo.views import LedgerLine
from shared.contracts.words import SYSTEM, Language, Milestone, Move, Rung, Stage
from shared.locale.catalogue import known, text
from shared.locale.labels import label

COMMON = (Stage.TRACKING, Stage.CLOSING, Stage.SCORED, Stage.FINAL)


class Report:
    """Prints in one language; ``clock`` turns the machines' time into the calendar's."""

    def __init__(self, console: Console, language: Language, outcome: Outcome, clock: Clock) -> None:
        self._console = console
        self._language = language
        self._outcome = outcome
        self._clock = clock

    def print(self, mishaps: Sequence[Mishap], links: Mapping[str, str]) -> None:
        """Everything, top to bottom."""
        self._console.print()
        self._console.print(self._plans())
        self._console.print()
        self._console.print(self._escalations())
        if mishaps:
            self._console.print()
            self._console.print(self._mishaps(mishaps))
        self._console.print()
        self._console.print(self._links(links))

    def _say(self, code: str, **parameters: object) -> str:
        return text(code, self._language, **parameters)

    def _table(self, title: str, *columns: str) -> Table:
        names = [self._say(column) for column in columns]
        return Table(*names, title=title, title_justify="left", box=None, pad_edge=False)

    def _name(self, person: str) -> str:
        if person == SYSTEM:
            return self._say("demo.report.time")
        known = self._outcome.people.get(person)
        return known.name.of(self._language) if known else person

    def _plans(self) -> Table:
        table = self._table(
            self._say("demo.report.plans", month=self._outcome.month),
            "demo.report.author",
            "demo.report.department",
            "demo.report.path",
            "demo.report.decided_by",
            "demo.report.rungs",
            "demo.report.score",
        )
        for plan in self._outcome.plans.values():
            table.add_row(
                self._name(plan.plan.person),
                self._department(plan.plan.department),
                self._path(plan),
                self._decisions(plan),
                self._rungs(plan),
                f"{plan.score.score.total:.2f}" if plan.score else "–",
            )
        return table

    def _department(self, department: str) -> str:
        known = self._outcome.departments.get(department)
        return known.name.of(self._language) if known else department

    def _path(self, plan: PlanOutcome) -> str:
        """The stages; those on the straight way after the approval are not spelt out."""
        path = plan.path
        if path[-len(COMMON) :] == COMMON:
            shown = [*(self._short(stage) for stage in path[: -len(COMMON)]), "…", self._short(Stage.FINAL)]
        else:
            shown = [self._short(stage) for stage in path]
        return " → ".join(shown)

    def _short(self, stage: Stage) -> str:
        return self._say(f"demo.stage.{stage}")

    def _decisions(self, plan: PlanOutcome) -> str:
        return ", ".join(self._decision(line) for line in plan.decisions) or "–"

    def _decision(self, line: LedgerLine) -> str:
        mark = "✗" if line.move is Move.RETURN else "✓"
        stage = self._short(line.from_stage) if line.from_stage else ""
        by = self._name(line.actor)
        if line.on_behalf_of:
            giver = self._name(line.on_behalf_of)
            by = self._say("demo.report.on_behalf_of", person=by, giver=giver)
        return f"{stage} {mark} {by}"

    def _rungs(self, plan: PlanOutcome) -> str:
        """Every rung that reached somebody, by deadline; a weekly one says how often."""
        by_deadline: dict[Milestone, Counter[Rung]] = {}
        for rung in plan.told:
            by_deadline.setdefault(rung.milestone, Counter())[rung.rung] += 1
        said = (
            f"{self._say(f'demo.milestone.{milestone}')} {self._ladder(rungs)}"
            for milestone, rungs in by_deadline.items()
        )
        return "; ".join(said) or "–"

    def _ladder(self, rungs: Mapping[Rung, int]) -> str:
        names = ((self._say(f"demo.rung.{rung}"), rungs[rung]) for rung in Rung if rungs.get(rung))
        return " ".join(name if count == 1 else f"{name}×{count}" for name, count in names)

    def _escalations(self) -> Table:
        table = self._table(
            self._say("demo.report.escalations"),
            "demo.report.date",
            "demo.report.plan_of",
            "demo.report.overdue",
            "demo.report.told",
        )
        for plan, rung in self._outcome.escalations:
            table.add_row(
                f"{self._clock.shown(rung.due):%Y-%m-%d %H:%M}",
                self._name(plan.plan.person),
                label("milestone", rung.milestone, self._language),
                ", ".join(self._name(person) for person in rung.told),
            )
        if not table.row_count:
            table.add_row("–", "–", "–", "–")
        return table

    def _mishaps(self, mishaps: Sequence[Mishap]) -> Table:
        table = self._table(self._say("demo.report.mishaps"), "demo.report.who", "demo.report.what")
        for mishap in mishaps:
            table.add_row(self._name(mishap.person), mishap.what)
        return table

    def _links(self, links: Mapping[str, str]) -> Table:
        table = Table(box=None, pad_edge=False, show_header=False)
        table.title, table.title_justify = self._say("demo.report.links"), "left"
        for name, address in links.items():
            code = f"demo.page.{name}"
            table.add_row(self._say(code) if known(code) else name, address)
        return table
