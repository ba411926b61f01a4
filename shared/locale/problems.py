"""What refusals say, in the caller's language: the problem documents of RFC 9457."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.contracts.refusals import Refusal, Refused
from shared.contracts.words import Language, Stage
from shared.locale.catalogue import filled, known, text
from shared.locale.labels import label, listed

TYPE = "urn:monthline:problem:"
UNSAID = "?"

LABELS: Mapping[str, tuple[str, ...]] = {
    "stage": ("stage",),
    "allowed": ("stage",),
    "move": ("move",),
    "party": ("party",),
    "needs": ("role", "needs"),
    "what": ("kind",),
    "of": ("kind",),
    "reason": ("reason",),
}
"""The kinds of labels in which the words of a detail are looked for."""


def problem(refused: Refusal, language: Language, trace_id: str) -> dict[str, Any]:
    """The problem+json body of a refusal; its details are extension members."""
    code = _text_code(refused)
    shown = {name: _shown(name, value, language) for name, value in refused.details.items()}
    errors = refused.details.get("errors")
    return {
        **refused.details,
        **({"errors": translated(errors, language)} if isinstance(errors, list | tuple) else {}),
        "type": TYPE + refused.code,
        "title": text(f"problem.{code}.title", language),
        "status": refused.status,
        "detail": filled(f"problem.{code}.detail", language, shown, unsaid=UNSAID),
        "code": refused.code,
        "trace_id": trace_id,
    }


def translated(errors: Iterable[Mapping[str, Any]], language: Language) -> list[dict[str, Any]]:
    """Field errors with their messages in one language."""
    return [{**error, "message": _message(error.get("message"), language)} for error in errors]


def _message(message: object, language: Language) -> object:
    if not isinstance(message, Mapping):
        return message
    return filled(str(message["text"]), language, message["parameters"])


def _text_code(refused: Refusal) -> str:
    """The text of a refusal; a stale version may have no stage, or no number of the current one."""
    code = refused.code
    if code == "version.stale" and refused.details.get("stage") not in set(Stage):
        return "version.stale.thing"
    if code == "version.stale" and refused.details.get("current") is None:
        return "version.stale.later"
    return code if known(f"problem.{code}.title") else Refused.code


def _shown(name: str, value: object, language: Language) -> str:
    """One detail; a word that has no label stays as it is, and of several each is shown."""
    kinds = LABELS.get(name)
    if kinds is None:
        return str(value)
    return listed((_label(kinds, word, language) for word in str(value).split(", ")), language)


def _label(kinds: tuple[str, ...], word: str, language: Language) -> str:
    found = (label(kind, word, language) for kind in kinds)
    return next((name for name in found if name != word), word)
