"""The arithmetic of a score in sentences, in the reader's language."""

from collections.abc import Iterator
from decimal import Decimal

from services.scoring.domain.explain import ScoreExport
from shared.contracts.plan import Item, MetricMeasure
from shared.contracts.scoring import CategoryLine, ItemLine
from shared.contracts.words import CompletionRule, Language
from shared.locale.catalogue import known, text


def sentences(export: ScoreExport, language: Language) -> tuple[str, ...]:
    """Every step from the figures to the band, one line each, with all digits."""
    return tuple(_sentences(export, language))


def _sentences(export: ScoreExport, language: Language) -> Iterator[str]:
    score, policy = export.score, export.policy
    for line in score.lines:
        label = export.labels[line.category].of(language) if line.category in export.labels else line.category
        yield _category(line, label, language)
        yield from (_item(each, line.cap, language) for each in line.items)
    yield text(
        "score.total",
        language,
        sum=" + ".join(plain(line.points) for line in score.lines) or "0",
        exact=plain(score.exact),
        cap=plain(policy.cap),
        total=score.total,
    )
    band = next((band for band in policy.bands if band.id == score.band), policy.bands[-1])
    yield text("score.band", language, band=band.label.of(language), minimum=plain(band.minimum))
    yield text("score.made_by", language, formula=score.formula_version, policy=score.policy_version)
    yield from (_reason(reason, language) for reason in score.provisional)


def _category(line: CategoryLine, label: str, language: Language) -> str:
    said = text(
        "score.category",
        language,
        label=label,
        share=plain(line.share),
        completion=plain(line.completion),
        points=plain(line.points),
    )
    whole = line.rule is CompletionRule.ALL_OR_NOTHING
    return said + (text("score.all_or_nothing", language) if whole else "")


def _item(line: ItemLine, cap: Decimal, language: Language) -> str:
    said = text(
        "score.item",
        language,
        title=line.item.title,
        share=plain(line.item.share),
        figure=_actual(line, language) + _aim(line.item, language),
        completion=plain(line.completion),
        points=plain(line.points),
    )
    if line.remark:
        return said + text("score.and", language) + _remark(line.remark, language)
    if line.raw is not None and line.raw > line.completion:
        return said + text("score.capped", language, raw=plain(line.raw), cap=plain(cap))
    return said


def _remark(remark: str, language: Language) -> str:
    code = f"score.remark.{remark}"
    return text(code if known(code) else "score.remark.no_figure", language)


def _actual(line: ItemLine, language: Language) -> str:
    actual = line.actual
    shown = plain(actual.value) if actual.value is not None else ", ".join(actual.milestones)
    if not shown:
        return text("score.no_actual", language)
    return text("score.figure", language, actual=shown, source=actual.source)


def _aim(item: Item, language: Language) -> str:
    measure = item.measure
    if not isinstance(measure, MetricMeasure):
        return ""
    said = text("score.metric", language, target=plain(measure.target), unit=measure.unit)
    if measure.baseline is None:
        return said
    return said + text("score.baseline", language, baseline=plain(measure.baseline))


def _reason(reason: str, language: Language) -> str:
    kind, _, what = reason.partition(":")
    return text(f"score.reason.{kind}", language, what=what)


def plain(number: Decimal) -> str:
    """A number in full digits, without needless zeros."""
    digits = f"{number:f}"
    return (digits.rstrip("0").rstrip(".") if "." in digits else digits) or "0"
