"""The arithmetic of a score in sentences, in both languages of the product."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.scoring.domain.explain import ScoreExport
from services.scoring.domain.measure import NO_FIGURE, NO_MILESTONES, WORSE_THAN_BASELINE
from services.scoring.domain.score import NO_RULE
from shared.contracts.plan import Item, MetricMeasure
from shared.contracts.scoring import CategoryLine, ItemLine
from shared.contracts.words import CompletionRule, Language


@dataclass(frozen=True)
class Sentence:
    """A sentence in both languages, spaces kept."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        """The sentence in ``language``."""
        return self.zh if language is Language.ZH else self.en


REMARKS = {
    NO_FIGURE: Sentence(zh="没有上报数据，按 0 计", en="no figure was reported, counts 0"),
    NO_MILESTONES: Sentence(zh="没有设置里程碑，按 0 计", en="it has no milestones, counts 0"),
    WORSE_THAN_BASELINE: Sentence(zh="比基线更差，按 0 计", en="worse than the baseline, counts 0"),
}
REASONS = {
    NO_FIGURE: Sentence(zh="暂定：任务 {what} 没有数据", en="Provisional: item {what} has no figure"),
    NO_RULE: Sentence(
        zh="暂定：模板中没有类别 {what}，按比例计分",
        en="Provisional: the template has no category {what}; it counted proportionally",
    ),
}
AND = Sentence(zh="；", en="; ")
CATEGORY = Sentence(
    zh="{label}：占比 {share} × 完成率 {completion}% = {points} 分",
    en="{label}: share {share} × completion {completion} % = {points} points",
)
ALL_OR_NOTHING = Sentence(
    zh="（全部完成才计分，否则为 0）", en=" (all or nothing: every item must reach 100 %)"
)
ITEM = Sentence(
    zh="  {title}：占比 {share}，{figure}，完成率 {completion}%，得 {points} 分",
    en="  {title}: share {share}, {figure}, completion {completion} %, {points} points",
)
FIGURE = Sentence(zh="实际 {actual}（来源 {source}）", en="actual {actual} (source {source})")
NO_ACTUAL = Sentence(zh="无实际数据", en="no actual")
METRIC = Sentence(zh="，目标 {target} {unit}", en=", target {target} {unit}")
BASELINE = Sentence(zh="，基线 {baseline}", en=", baseline {baseline}")
CAPPED = Sentence(zh="（{raw}% 按上限 {cap}% 计）", en=" ({raw} %, capped at {cap} %)")
TOTAL = Sentence(
    zh="合计：{sum} = {exact}，限于 0 至 {cap}，四舍五入到两位小数：{total}",
    en="Total: {sum} = {exact}, within 0 and {cap}, rounded half up to 2 decimals: {total}",
)
BAND = Sentence(
    zh="等级：{band}（{minimum} 分起，按四舍五入前的分数比较）",
    en="Band: {band} (from {minimum} points, compared before rounding)",
)
MADE_BY = Sentence(
    zh="公式版本 {formula}，评分策略版本 {policy}", en="Formula version {formula}, policy version {policy}"
)


def sentences(export: ScoreExport, language: Language) -> tuple[str, ...]:
    """Every step from the figures to the band, one line each, with all digits."""
    return tuple(_sentences(export, language))


def _sentences(export: ScoreExport, language: Language) -> Iterator[str]:
    score, policy = export.score, export.policy
    for line in score.lines:
        label = export.labels[line.category].of(language) if line.category in export.labels else line.category
        yield _category(line, label, language)
        yield from (_item(each, line.cap, language) for each in line.items)
    yield TOTAL.of(language).format(
        sum=" + ".join(plain(line.points) for line in score.lines) or "0",
        exact=plain(score.exact),
        cap=plain(policy.cap),
        total=score.total,
    )
    band = next((band for band in policy.bands if band.id == score.band), policy.bands[-1])
    yield BAND.of(language).format(band=band.label.of(language), minimum=plain(band.minimum))
    yield MADE_BY.of(language).format(formula=score.formula_version, policy=score.policy_version)
    yield from (_reason(reason, language) for reason in score.provisional)


def _category(line: CategoryLine, label: str, language: Language) -> str:
    text = CATEGORY.of(language).format(
        label=label, share=plain(line.share), completion=plain(line.completion), points=plain(line.points)
    )
    return text + (ALL_OR_NOTHING.of(language) if line.rule is CompletionRule.ALL_OR_NOTHING else "")


def _item(line: ItemLine, cap: Decimal, language: Language) -> str:
    text = ITEM.of(language).format(
        title=line.item.title,
        share=plain(line.item.share),
        figure=_figure(line, language),
        completion=plain(line.completion),
        points=plain(line.points),
    )
    if line.remark:
        return text + AND.of(language) + REMARKS.get(line.remark, REMARKS[NO_FIGURE]).of(language)
    if line.raw is not None and line.raw > line.completion:
        return text + CAPPED.of(language).format(raw=plain(line.raw), cap=plain(cap))
    return text


def _figure(line: ItemLine, language: Language) -> str:
    text = _actual(line, language)
    return text + _aim(line.item, language)


def _actual(line: ItemLine, language: Language) -> str:
    actual = line.actual
    shown = plain(actual.value) if actual.value is not None else ", ".join(actual.milestones)
    if not shown:
        return NO_ACTUAL.of(language)
    return FIGURE.of(language).format(actual=shown, source=actual.source)


def _aim(item: Item, language: Language) -> str:
    measure = item.measure
    if not isinstance(measure, MetricMeasure):
        return ""
    text = METRIC.of(language).format(target=plain(measure.target), unit=measure.unit)
    if measure.baseline is None:
        return text
    return text + BASELINE.of(language).format(baseline=plain(measure.baseline))


def _reason(reason: str, language: Language) -> str:
    kind, _, what = reason.partition(":")
    return REASONS[kind].of(language).format(what=what)


def plain(number: Decimal) -> str:
    """A number in full digits, without needless zeros."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"
