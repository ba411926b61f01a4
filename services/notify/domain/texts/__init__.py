"""The table of texts: every template a notice may name, in Chinese and in English."""

from services.notify.domain.texts.general import GENERAL
from services.notify.domain.texts.outcome import LADDER, SCORE
from services.notify.domain.texts.plan import REVIEW, WRITING
from services.notify.domain.wording import Wording

TEXTS: dict[str, Wording] = WRITING | REVIEW | LADDER | SCORE | GENERAL
