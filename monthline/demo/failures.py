"""Owns how the demo fails: in words that name the fix."""

from monthline.demo.display import Steps
from monthline.demo.month import MonthUnfinished
from monthline.demo.run import NoPlans, OtherMonth
from monthline.demo.state import Busy, Foreign
from monthline.demo.transport import Refusal, Unanswered
from monthline.embedded import ServerError
from monthline.supervisor import ProcessError

SPEAKING = (ServerError, ProcessError, MonthUnfinished, Refusal, Unanswered, OSError)
"""Failures whose own text says what happened and where."""

WRONG_USE = (Busy, Foreign, OtherMonth, NoPlans)
"""Failures of what was asked for; nothing has been done."""


def advice(error: Exception, steps: Steps) -> str:
    """What to do about a wrong use."""
    match error:
        case Busy():
            code = "demo.busy"
        case Foreign():
            code = "demo.foreign"
        case OtherMonth():
            code = "demo.other_month"
        case _:
            code = "demo.no_plans"
    return steps.say(code, name=error)
