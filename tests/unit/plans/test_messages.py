"""What findings and refused entries say, in both languages."""

from datetime import date

import pytest

from services.plans.domain.messages import MESSAGES, message
from services.plans.domain.progress import problems
from shared.contracts.plan import PlanContent
from shared.contracts.words import Language
from tests.unit.plans.build import COUNT, entry, item, plan, stages
from tests.unit.plans.lint.running import found, only


def test_a_sentence_names_the_category_and_its_numbers_in_the_reader_s_language() -> None:
    finding = only(found("share.category_min", plan(("core", "30"), ("weak", "70"))))
    assert message(finding.code, finding.parameters, Language.EN).startswith(
        "Core work share 30 % is below 40 %"
    )
    assert "“核心任务”占比 30%，低于模板要求的 40%" in message(finding.code, finding.parameters, Language.ZH)


@pytest.mark.parametrize("language", list(Language))
def test_every_refused_entry_has_a_sentence_whose_blanks_are_all_filled(language: Language) -> None:
    content = PlanContent(items=(stages("a", "test"), item("b", "core", "60", COUNT)))
    wrong = [
        entry("nobody", "1"),
        entry("a", "1"),
        entry("a", "2", milestone="test"),
        entry("a", "1", milestone="launch"),
        entry("b", "-1"),
        entry("b", "1").model_copy(update={"effective": entry("b", "1").effective.replace(year=2062)}),
        entry("b", "1", day=11),
    ]
    refused = problems(content, wrong, "2026-03", date(2026, 3, 10))
    assert {one.code for one in refused} == {code for code in MESSAGES if code.startswith("progress.")}
    for one in refused:
        said = message(one.code, one.parameters, language)
        assert "{" not in said
        assert "–" not in said


def test_a_finding_of_another_version_is_shown_by_its_code_or_with_dashes() -> None:
    assert message("share.future", {}, Language.EN) == "share.future"
    assert message("share.total", {"total": "9"}, Language.EN).endswith("(gap –).")


def test_braces_in_a_title_are_shown_as_typed() -> None:
    said = message("measure.missing", {"title": "{item.__class__} {0}"}, Language.EN)
    assert "{item.__class__} {0}" in said
