"""The check that a plan is still the one its mover has seen."""

from shared.contracts.refusals import Full, StaleVersion
from shared.contracts.words import Stage

MOST_REVISIONS = 100
"""Of one plan: each keeps its whole content, here, in review and in an event."""


def require_version(expected: int, current: int, stage: Stage) -> None:
    """Raises StaleVersion when the plan has been moved since."""
    if expected != current:
        raise StaleVersion(expected=expected, current=current, stage=stage.value)


def require_content(expected: int | None, current: int, stage: Stage) -> None:
    """Raises StaleVersion when the draft has been edited since it was seen; None has seen any."""
    if expected is not None and expected != current:
        raise StaleVersion(expected=expected, current=current, stage=stage.value, what="content")


def require_another(revisions: int) -> None:
    """Raises Full when a plan that was submitted so often is submitted once more."""
    if revisions >= MOST_REVISIONS:
        raise Full(what="revision", most=MOST_REVISIONS)
