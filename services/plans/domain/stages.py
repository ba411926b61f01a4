"""In which stages an author may write, and in which progress may be reported."""

from shared.contracts.refusals import WrongStage
from shared.contracts.words import Stage

EDITABLE = frozenset({Stage.DRAFTING})
REPORTING = frozenset({Stage.TRACKING, Stage.CLOSING})


def require_editable(stage: Stage) -> None:
    """Content changes only while it is drafted; raises WrongStage."""
    if stage not in EDITABLE:
        raise WrongStage(stage=stage.value, move="edit")


def require_reporting(stage: Stage, frozen: bool) -> None:
    """Progress is taken while it is tracked and until its figures are frozen; raises WrongStage."""
    if stage not in REPORTING or frozen:
        raise WrongStage(stage=stage.value, move="progress")
