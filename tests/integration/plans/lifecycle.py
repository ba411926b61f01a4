"""What stands around the plan service in its tests: a lifecycle in memory, and tokens that are names."""

from services.plans.activities import PlansActivitiesImpl
from services.plans.store import drafts
from shared.contracts.ids import PlanRef
from shared.contracts.lifecycle import Command, Moved, OpenMonthInput
from shared.contracts.plan import ClosedPlan, PlanContent, Position
from shared.contracts.plans import ClosePlan, MovePlan, OpenPlan, SubmitPlan, Submitted
from shared.contracts.refusals import NotSignedIn
from shared.contracts.words import Milestone, Move, Party, Stage
from shared.engine.lifecycle_client import LifecycleClient
from shared.store.db import Database
from shared.web.tokens import TokenReader
from tests.support.build import lifecycle_input
from tests.unit.services.plans.build import GOOD, PLAN, deadline

HR_DUE = deadline(Milestone.HR_REVIEW_DUE, day=3, month=3)


class Names(TokenReader):
    """Reads a token as the name of its sender."""

    def __init__(self) -> None:
        super().__init__(issuer="", audience="", jwks_url="", algorithms=())

    async def subject(self, authorization: str | None) -> str:
        """The name."""
        if authorization is None:
            raise NotSignedIn(reason="no_token")
        return authorization.removeprefix("Bearer ")


class LifecycleInMemory(LifecycleClient):
    """Carries commands out as a lifecycle would; ``trouble`` is raised in place of an answer."""

    def __init__(self, activities: PlansActivitiesImpl) -> None:
        self._keeper = activities
        self.trouble: Exception | None = None
        self.opened: list[OpenMonthInput] = []

    async def command(self, command: Command, *, deadline: float | None = None) -> Moved:
        """Have the plan service carry the command out."""
        if self.trouble is not None:
            raise self.trouble
        if command.move is Move.SUBMIT:
            return (await self._keeper.submit(SubmitPlan(command=command, deadline=HR_DUE))).moved
        target = {
            Move.RECALL: Stage.DRAFTING,
            Move.CLOSE: Stage.CLOSING,
            Move.EXEMPT: Stage.EXEMPT,
            Move.CANCEL: Stage.CANCELLED,
        }[command.move]
        return await self._keeper.move(MovePlan(command=command, stage=target))

    async def open_month(self, request: OpenMonthInput) -> str:
        """Note which month was to be opened."""
        self.opened.append(request)
        return f"open-month:{request.month}"


class Course:
    """Brings plans to a stage, as their lifecycles do."""

    def __init__(self, database: Database, activities: PlansActivitiesImpl, plan: PlanRef = PLAN) -> None:
        self._database = database
        self.activities = activities
        self._plan = plan

    async def opened(self, plan: PlanRef | None = None) -> Position:
        """A plan in drafting, version 1."""
        plan = plan or self._plan
        return await self.activities.open(
            OpenPlan(
                command_id=f"plan:{plan.plan_id}:drafting_opens:open",
                given=lifecycle_input(plan=plan),
                deadline=deadline(),
            )
        )

    async def written(self, content: PlanContent = GOOD) -> None:
        """The draft of the plan, content version 1."""
        await self.opened()
        async with self._database.transaction() as connection:
            await drafts.write(connection, self._plan.plan_id, content)

    async def submitted(self, content: PlanContent = GOOD) -> Submitted:
        """The plan with HR, version 2."""
        await self.written(content)
        return await self.activities.submit(submit(plan=self._plan))

    async def tracking(self, content: PlanContent = GOOD) -> Moved:
        """The plan in tracking, version 4."""
        await self.submitted(content)
        await self.activities.move(move(Move.APPROVE, 2, Stage.LEADER_REVIEW, "hr1", plan=self._plan))
        return await self.activities.move(move(Move.APPROVE, 3, Stage.TRACKING, "boss1", plan=self._plan))

    async def closing(self, content: PlanContent = GOOD) -> Moved:
        """The plan in closing, version 5."""
        await self.tracking(content)
        return await self.activities.move(move(Move.CLOSE, 4, Stage.CLOSING, "p017", plan=self._plan))

    async def closed(self, content: PlanContent = GOOD) -> ClosedPlan:
        """The plan in closing with frozen figures."""
        await self.closing(content)
        return await self.activities.close(ClosePlan(plan=self._plan, plan_version=5))


def submit(
    version: int = 1, content_version: int | None = None, key: str = "submit", plan: PlanRef = PLAN
) -> SubmitPlan:
    """The author's submission."""
    given = Command(
        command_id=f"p017:{key}",
        move=Move.SUBMIT,
        plan=plan,
        actor="p017",
        party=Party.AUTHOR,
        expected_version=version,
        content_version=content_version,
    )
    return SubmitPlan(command=given, deadline=HR_DUE)


def move(kind: Move, version: int, stage: Stage, actor: str, key: str = "", plan: PlanRef = PLAN) -> MovePlan:
    """A move by the author or by a reviewer."""
    given = Command(
        command_id=f"{actor}:{key or kind}-{version}",
        move=kind,
        plan=plan,
        actor=actor,
        party=Party.AUTHOR if actor == "p017" else Party.REVIEWER,
        expected_version=version,
    )
    return MovePlan(command=given, stage=stage)
