"""As whom a caller answers a score: by the table of moves, and by whose score it is."""

import pytest

from services.scoring.api.rights import party_of
from services.scoring.domain.answers import Answers
from services.scoring.domain.explain import ScoreExport
from services.scoring.domain.policy import ScoringPolicy
from services.scoring.domain.score import score_plan
from services.scoring.store.scores import ScoreRow
from shared.contracts.ids import PlanRef
from shared.contracts.refusals import NotApprover, NotFound, NotYourMove, OwnPlan, Refusal
from shared.contracts.words import Move, Party, Stage
from shared.org.access import Principal
from tests.unit.services.scoring.build import BINARY, actual, closed, item
from tests.unit.services.scoring.company import AUTHOR, HR, LEADER, NOW, STRANGER, company, deadline


def row() -> ScoreRow:
    """The author's score, about which nobody has said anything."""
    figures = closed([item("i1", 100, measure=BINARY)], [actual("i1", 1)])
    plan = PlanRef(company="acme", month="2026-03", person=AUTHOR, department="sales")
    export = ScoreExport(
        score=score_plan(figures.model_copy(update={"plan": plan}), ScoringPolicy(), 1),
        policy=ScoringPolicy(),
    )
    return ScoreRow(export, 5, deadline(), NOW, Answers(), 0, Stage.SCORED, 6, NOW)


def asked(caller: str, move: Move) -> Party | type[Refusal]:
    """The party of a caller, or how they are refused."""
    try:
        return party_of(Principal(caller, company()), row(), move)[0]
    except Refusal as refused:
        return type(refused)


@pytest.mark.parametrize(
    ("caller", "move", "party"),
    [
        (AUTHOR, Move.CONFIRM, Party.AUTHOR),
        (AUTHOR, Move.DISPUTE, Party.AUTHOR),
        (AUTHOR, Move.CALIBRATE, OwnPlan),
        (LEADER, Move.CONFIRM, Party.LEADER),
        (LEADER, Move.CALIBRATE, Party.LEADER),
        (LEADER, Move.DISPUTE, NotYourMove),
        (HR, Move.CONFIRM, NotApprover),
        (STRANGER, Move.CONFIRM, NotFound),
    ],
)
def test_a_move_is_made_as_the_party_that_the_table_gives(
    caller: str, move: Move, party: Party | type[Refusal]
) -> None:
    assert asked(caller, move) is party
