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
            zh = f"另一个进程正在使用 {error}；请先在那里按 Ctrl-C，或用 --data-dir 另选目录。"
            en = f"Another process uses {error}; stop it with Ctrl-C there, or choose another --data-dir."
        case Foreign():
            zh = f"{error} 中有不属于演示的文件；请用 --data-dir 另选目录。"
            en = f"{error} holds files that are not the demo's; choose another --data-dir."
        case OtherMonth():
            zh = f"目录中是 {error} 的一个月；先运行 monthline demo reset，或用 --data-dir 另选目录。"
            en = f"The folder holds a month of {error}: run monthline demo reset, or choose another."
        case _:
            zh = f"{error} 中没有计划文件（plans/*.yaml）。"
            en = f"There is no plan in {error} (plans/*.yaml)."
    return steps.say(zh, en)
