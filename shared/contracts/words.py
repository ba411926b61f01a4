"""The closed vocabularies of the domain: one word per thing, everywhere."""

from enum import StrEnum
from pathlib import Path


class Role(StrEnum):
    """What a person may be (domain section 2)."""

    MANAGER = "manager"
    HR = "hr_reviewer"
    LEADER = "leader"
    EXECUTIVE = "executive"
    DATA_STEWARD = "data_steward"
    AUDITOR = "auditor"
    ADMIN = "admin"


NEVER_DECIDING = frozenset({Role.DATA_STEWARD, Role.AUDITOR, Role.ADMIN})
"""The roles that never decide about anybody's plan (domain section 2)."""


class Stage(StrEnum):
    """Where a plan stands (domain section 8)."""

    DRAFTING = "drafting"
    HR_REVIEW = "hr_review"
    LEADER_REVIEW = "leader_review"
    TRACKING = "tracking"
    CLOSING = "closing"
    SCORED = "scored"
    FINAL = "final"
    MISSING = "missing"
    EXEMPT = "exempt"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether no move of this version leaves the stage; such a plan's workflow has completed."""
        return self in ENDED


ENDED = frozenset({Stage.FINAL, Stage.MISSING, Stage.EXEMPT, Stage.CANCELLED})


class Move(StrEnum):
    """What takes a plan from stage to stage (domain section 8)."""

    OPEN = "open"
    SUBMIT = "submit"
    RECALL = "recall"
    RETURN = "return"
    APPROVE = "approve"
    TAKE_BACK = "take_back"
    REASSIGN = "reassign"
    AMEND = "amend"
    CLOSE = "close"
    CONFIRM = "confirm"
    CALIBRATE = "calibrate"
    DISPUTE = "dispute"
    FINALISE = "finalise"
    REOPEN = "reopen"
    MARK_MISSING = "mark_missing"
    EXEMPT = "exempt"
    CANCEL = "cancel"


class Milestone(StrEnum):
    """A date of the month that somebody answers for (domain section 3)."""

    DRAFT_DUE = "draft_due"
    HR_REVIEW_DUE = "hr_review_due"
    LEADER_REVIEW_DUE = "leader_review_due"
    PROGRESS_DUE = "progress_due"
    CLOSE_OPENS = "close_opens"
    ACTUALS_DUE = "actuals_due"
    CONFIRMATION_DUE = "confirmation_due"
    DISPUTE_UNTIL = "dispute_until"
    DISPUTE_ANSWER_DUE = "dispute_answer_due"


class Rung(StrEnum):
    """A step of the reminder and escalation ladder of a deadline."""

    HALF_TIME = "half_time"
    DUE = "due"
    SUPERIOR = "superior"
    LEADERSHIP = "leadership"
    END_STATE = "end_state"


class EndState(StrEnum):
    """What the last rung does when nobody has acted."""

    KEEP_WAITING = "keep_waiting"
    RETURN_TO_AUTHOR = "return_to_author"
    APPROVE_BY_POLICY = "approve_by_policy"
    MARK_MISSING = "mark_missing"


class Severity(StrEnum):
    """What a finding does: block refuses submission, warn goes to HR, info is shown."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class CompletionRule(StrEnum):
    """How the completion of a category counts (domain section 4)."""

    PROPORTIONAL = "proportional"
    ALL_OR_NOTHING = "all_or_nothing"


class MeasureKind(StrEnum):
    """How an item is measured (domain section 5)."""

    METRIC = "metric"
    COUNT = "count"
    MILESTONES = "milestones"
    BINARY = "binary"


class Direction(StrEnum):
    """Which way is better for a metric."""

    HIGHER = "higher"
    LOWER = "lower"


LOCALE = Path(__file__).parents[1] / "locale"
PO_FILE = Path("LC_MESSAGES", "monthline.po")
"""Where, below :data:`LOCALE`, the texts of a language are: in a folder named by its ISO 639 code."""


class Language(StrEnum):
    """The languages of titles, mails and errors: one for each folder of texts."""

    _ignore_ = "members folder"
    ZH = "zh"
    EN = "en"
    members = vars()
    for folder in sorted(LOCALE.iterdir()):
        if folder.name not in ("zh", "en") and (folder / PO_FILE).is_file():
            members[folder.name.upper()] = folder.name


SYSTEM = "system"
"""The actor of moves that time makes."""


class Party(StrEnum):
    """As whom somebody gives a command; the service that took it has checked that they may."""

    AUTHOR = "author"
    REVIEWER = "reviewer"
    LEADER = "leader"
    HR = "hr"
    SYSTEM = "system"


class RungOutcome(StrEnum):
    """What became of a rung when it fired."""

    SENT = "sent"
    ACTED = "acted"
    POSTPONED = "postponed"
    NOBODY = "nobody"
