"""Rows of the store as the API shows them."""

from collections.abc import Sequence

from services.scoring.api.rights import leaders_of
from services.scoring.api.shapes import (
    AnswerState,
    AnswerView,
    LeaderView,
    RungView,
    ScoreDetail,
    ScoreItem,
)
from services.scoring.domain.answers import Answers
from services.scoring.domain.explain import differences
from services.scoring.domain.wording import sentences
from services.scoring.store.rungs import Fired
from services.scoring.store.scores import GivenAnswer, ScoreRow
from shared.contracts.words import Language, Stage
from shared.org.organisation import Organisation


def item(row: ScoreRow) -> ScoreItem:
    """One line of the list."""
    score = row.score
    labels = {band.id: band.label for band in row.export.policy.bands}
    return ScoreItem(
        plan_id=score.plan.plan_id,
        month=score.plan.month,
        author=score.plan.person,
        department=score.plan.department,
        stage=row.stage,
        version=row.version,
        score_version=score.version,
        total=score.total,
        band=score.band,
        band_label=labels[score.band],
        provisional=bool(score.provisional),
        answers=_state(row.answers),
    )


def detail(
    organisation: Organisation,
    row: ScoreRow,
    given: Sequence[GivenAnswer],
    fired: Sequence[Fired],
    language: Language,
) -> ScoreDetail:
    """One score with all that belongs to it; who may answer is shown while somebody may."""
    leaders = leaders_of(organisation, row) if row.stage is Stage.SCORED else {}
    return ScoreDetail(
        plan_id=row.score.plan.plan_id,
        stage=row.stage,
        version=row.version,
        score=row.score,
        policy=row.export.policy,
        labels=row.export.labels,
        explanation=sentences(row.export, language),
        recomputes=not differences(row.export),
        scored_at=row.scored_at,
        confirmation=row.confirmation,
        state=_state(row.answers),
        answers=[AnswerView(**vars(each)) for each in given],
        leaders=[LeaderView(person=person, on_behalf_of=giver) for person, giver in leaders.items()],
        rungs=[RungView(**vars(each)) for each in fired],
    )


def _state(answers: Answers) -> AnswerState:
    return AnswerState(**vars(answers), dispute_open=answers.open_dispute)
