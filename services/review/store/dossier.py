"""Everything on record about the review of one plan."""

from dataclasses import dataclass

from services.review.domain.rounds import Round
from services.review.store import comments, plans, rounds, rungs
from services.review.store.comments import Comment
from services.review.store.rungs import Fired
from shared.contracts.plan import Submission
from shared.contracts.words import Stage
from shared.store.db import Connection


@dataclass(frozen=True)
class Dossier:
    """A plan's review: at least one round, oldest first, and the newest two revisions shown in them.

    ``stage`` is where the plan stands as far as the plan service has told, None when it has not.
    """

    rounds: list[Round]
    submission: Submission
    previous: Submission | None
    rungs: list[Fired]
    comments: list[Comment]
    stage: Stage | None

    @property
    def newest(self) -> Round:
        """The round opened last, waiting or not."""
        return self.rounds[-1]


async def load(connection: Connection, plan_id: str) -> Dossier | None:
    """The dossier of a plan; None when it has never come to review."""
    found = await rounds.rounds_of(connection, plan_id)
    if not found:
        return None
    newest, *earlier = sorted({round_.revision for round_ in found}, reverse=True)[:2]
    submissions = await rounds.snapshots_of(connection, plan_id, [newest, *earlier])
    return Dossier(
        rounds=found,
        submission=submissions[newest],
        previous=submissions[earlier[0]] if earlier else None,
        rungs=await rungs.fired_for(connection, plan_id),
        comments=await comments.comments_on(connection, plan_id),
        stage=await plans.stage_of(connection, plan_id),
    )


async def current(connection: Connection, plan_id: str) -> tuple[Round, Submission] | None:
    """The newest round of a plan and the revision it shows."""
    found = await rounds.rounds_of(connection, plan_id)
    if not found:
        return None
    revision = found[-1].revision
    return found[-1], (await rounds.snapshots_of(connection, plan_id, [revision]))[revision]
