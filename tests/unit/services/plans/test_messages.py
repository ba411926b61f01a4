"""What findings and refused entries say, in both languages."""

from datetime import date

import pytest

from services.plans.domain.progress import problems
from shared.contracts.plan import PlanContent
from shared.contracts.words import Language
from shared.locale.catalogue import catalogue, text
from shared.locale.findings import finding_message
from tests.unit.services.plans.build import COUNT, entry, item, plan, stages
from tests.unit.services.plans.lint.running import found, only


def test_a_sentence_names_the_category_and_its_numbers_in_the_reader_s_language() -> None:
    finding = only(found("share.category_min", plan(("core", "30"), ("weak", "70"))))
    assert finding_message(finding, Language.EN).startswith("Core work share 30 % is below 40 %")
    assert "“核心任务”占比 30%，低于模板要求的 40%" in finding_message(finding, Language.ZH)


ENTRY_CODES = {
    code.removeprefix("field.") for code in catalogue(Language.EN).texts if code.startswith("field.progress.")
}


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
    assert {one.code for one in refused} == ENTRY_CODES
    for one in refused:
        said = text(f"field.{one.code}", language, **one.parameters)
        assert "{" not in said
        assert "–" not in said
