"""Owns how the outcome of a month is printed: a line per plan, what reached leadership, and the links."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from monthline.demo.outcome import Outcome, PlanOutcome
from monthline.demo.scene import Clock, Mishap
from monthline.demo.views import LedgerLine
from shared.contracts.labels import MILESTONES
from shared.contracts.words import SYSTEM, Language, Milestone, Move, Rung, Stage

SHORT_STAGES: Mapping[Stage, tuple[str, str]] = {
    Stage.DRAFTING: ("编制", "draft"),
    Stage.HR_REVIEW: ("初审", "HR"),
    Stage.LEADER_REVIEW: ("审批", "leader"),
    Stage.TRACKING: ("跟踪", "tracking"),
    Stage.CLOSING: ("关闭", "closing"),
    Stage.SCORED: ("评分", "scored"),
    Stage.FINAL: ("定稿", "final"),
    Stage.MISSING: ("缺交", "missing"),
    Stage.EXEMPT: ("豁免", "exempt"),
    Stage.CANCELLED: ("取消", "cancelled"),
}
"""The stages in a path, where room is scarce."""

SHORT_MILESTONES: Mapping[Milestone, tuple[str, str]] = {
    Milestone.DRAFT_DUE: ("编制", "draft"),
    Milestone.HR_REVIEW_DUE: ("初审", "HR"),
    Milestone.LEADER_REVIEW_DUE: ("审批", "leader"),
    Milestone.PROGRESS_DUE: ("周报", "weekly"),
    Milestone.ACTUALS_DUE: ("实绩", "actuals"),
    Milestone.CONFIRMATION_DUE: ("确认", "score"),
    Milestone.DISPUTE_ANSWER_DUE: ("异议", "dispute"),
}
SHORT_RUNGS: Mapping[Rung, tuple[str, str]] = {
    Rung.HALF_TIME: ("½", "½"),
    Rung.DUE: ("到期", "due"),
    Rung.SUPERIOR: ("上级", "superior"),
    Rung.LEADERSHIP: ("公司领导", "leadership"),
    Rung.END_STATE: ("了结", "end"),
}
PAGES: Mapping[str, tuple[str, str]] = {
    "directory": ("目录服务接口", "directory API"),
    "plans": ("计划服务接口", "plans API"),
    "review": ("评审服务接口", "review API"),
    "scoring": ("评分服务接口", "scoring API"),
    "notify": ("通知服务接口", "notify API"),
    "temporal": ("Temporal 界面", "Temporal UI"),
    "mails": ("演示邮箱", "mail inbox"),
    "issuer": ("登录令牌", "tokens to sign in"),
}
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

    def _say(self, zh: str, en: str) -> str:
        return zh if self._language is Language.ZH else en

    def _table(self, title: tuple[str, str], *columns: tuple[str, str]) -> Table:
        names = [self._say(*column) for column in columns]
        return Table(*names, title=self._say(*title), title_justify="left", box=None, pad_edge=False)

    def _name(self, person: str) -> str:
        if person == SYSTEM:
            return self._say("到期", "time")
        known = self._outcome.people.get(person)
        return known.name.of(self._language) if known else person

    def _plans(self) -> Table:
        table = self._table(
            (f"{self._outcome.month} 的计划", f"The plans of {self._outcome.month}"),
            ("作者", "author"),
            ("部门", "department"),
            ("经过", "path"),
            ("由谁决定", "decided by"),
            ("催办与升级", "rungs fired"),
            ("得分", "score"),
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
        return self._say(*SHORT_STAGES[stage])

    def _decisions(self, plan: PlanOutcome) -> str:
        return ", ".join(self._decision(line) for line in plan.decisions) or "–"

    def _decision(self, line: LedgerLine) -> str:
        mark = "✗" if line.move is Move.RETURN else "✓"
        stage = self._short(line.from_stage) if line.from_stage else ""
        by = self._name(line.actor)
        if line.on_behalf_of:
            giver = self._name(line.on_behalf_of)
            by = self._say(f"{by}（代 {giver}）", f"{by} (for {giver})")
        return f"{stage} {mark} {by}"

    def _rungs(self, plan: PlanOutcome) -> str:
        """Every rung that reached somebody, by deadline; a weekly one says how often."""
        by_deadline: dict[Milestone, Counter[Rung]] = {}
        for rung in plan.told:
            by_deadline.setdefault(rung.milestone, Counter())[rung.rung] += 1
        said = (
            f"{self._say(*SHORT_MILESTONES[milestone])} {self._ladder(rungs)}"
            for milestone, rungs in by_deadline.items()
        )
        return "; ".join(said) or "–"

    def _ladder(self, rungs: Mapping[Rung, int]) -> str:
        names = ((self._say(*SHORT_RUNGS[rung]), rungs[rung]) for rung in Rung if rungs.get(rung))
        return " ".join(name if count == 1 else f"{name}×{count}" for name, count in names)

    def _escalations(self) -> Table:
        table = self._table(
            ("上报到公司领导的事项", "What reached leadership"),
            ("日期", "date"),
            ("计划", "plan of"),
            ("事项", "overdue"),
            ("告知", "told"),
        )
        for plan, rung in self._outcome.escalations:
            table.add_row(
                f"{self._clock.shown(rung.due):%Y-%m-%d %H:%M}",
                self._name(plan.plan.person),
                MILESTONES[rung.milestone].of(self._language),
                ", ".join(self._name(person) for person in rung.told),
            )
        if not table.row_count:
            table.add_row("–", "–", "–", "–")
        return table

    def _mishaps(self, mishaps: Sequence[Mishap]) -> Table:
        table = self._table(
            ("未按剧本进行", "What went otherwise than told"), ("谁", "who"), ("什么", "what")
        )
        for mishap in mishaps:
            table.add_row(self._name(mishap.person), mishap.what)
        return table

    def _links(self, links: Mapping[str, str]) -> Table:
        table = self._table(("可以打开的页面", "Pages to open"), ("", ""), ("", ""))
        table.show_header = False
        for name, address in links.items():
            table.add_row(self._say(*PAGES.get(name, (name, name))), address)
        return table
