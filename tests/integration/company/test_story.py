"""The story: its words, what fits together, and whom it may speak of."""

import pytest

from monthline.company.story import Closing, Returned, Reviewing, Submitting
from tests.integration.company.build import GOOD, company, swapped, told

PLAN = "plans/2026-03.p002.yaml"
LATER = "plans/2026-03.p002.v2.yaml"


def story(part: str) -> dict[str, str]:
    return {"story.yaml": f"people:\n  p002: {part}\n", LATER: GOOD[PLAN]}


def test_without_a_story_everybody_goes_straight_through() -> None:
    part = company().story.part("p002")
    assert (part.submit, part.hr, part.leader) == (
        Submitting.PASSES,
        Reviewing.APPROVE,
        Reviewing.APPROVE,
    )
    assert (part.recall, part.close, part.dispute) == (False, Closing.TIME, None)


def test_a_file_that_is_submitted_later_is_no_second_plan() -> None:
    read = company(story(f"{{hr: {{return: 占比过低}}, resubmit: {LATER}}}"))
    assert len(read.plans) == 1
    assert read.story.part("p002").hr == Returned.model_validate({"return": "占比过低"})
    assert read.last_plan_of("p002", "2026-03") == read.later_plans[LATER]


def test_without_the_story_the_same_file_is_a_second_plan() -> None:
    assert told({LATER: GOOD[PLAN]}) == [(f"{PLAN}:1:1: person", "duplicate")]


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ("{hr: {return: low}}", "2:3: people.p002"),
        ("{submit: refused}", "2:3: people.p002"),
        ("{submit: never, dispute: no}", "2:3: people.p002"),
        (f"{{resubmit: {LATER}}}", "2:3: people.p002"),
        ("{answer: no}", "2:3: people.p002"),
        ("{submit: perhaps}", "2:10: people.p002.submit"),
        ("{hr: {return: ''}}", "2:15: people.p002.hr.return"),
        ("{recall: true, resubmit: ../people.csv}", "2:24: people.p002.resubmit"),
        ("{retire: true}", "2:10: people.p002.retire"),
        ("{findings: [Share]}", "2:21: people.p002.findings.0"),
        ("{score: -1}", "2:10: people.p002.score"),
    ],
)
def test_a_part_that_does_not_hold_together_is_named(part: str, place: str) -> None:
    changes = {"story.yaml": story(part)["story.yaml"]}
    assert (f"story.yaml:{place}", "request.invalid") in told(changes)


def test_who_sees_whose_plan_is_data() -> None:
    story = company({"story.yaml": "sees:\n  p001: all\n  p003: [p002]\n"}).story
    authors = ["p002", "p005"]
    seen = {person: story.seen_by(person, authors) for person in ("p001", "p002", "p003", "p004")}
    assert seen == {"p001": {"p002", "p005"}, "p002": {"p002"}, "p003": {"p002"}, "p004": frozenset()}
    assert company().story.seen_by("p001", authors) is None


def test_a_story_of_what_somebody_unknown_sees_is_named() -> None:
    assert told({"story.yaml": "sees:\n  p999: all\n  p001: [p002, p998]\n"}) == [
        ("story.yaml:2:3: sees.p999", "reference.unknown"),
        ("story.yaml:3:16: sees.p001.1", "reference.unknown"),
    ]


def test_a_story_of_somebody_unknown_is_named() -> None:
    changes = {"story.yaml": "people:\n  p999: {recall: true}\n"}
    assert told(changes) == [("story.yaml:2:3: people.p999", "reference.unknown")]


def test_a_story_of_somebody_without_a_plan_is_named() -> None:
    changes = {"story.yaml": "people:\n  p001: {recall: true}\n"}
    assert told(changes) == [("story.yaml:2:3: people.p001", "reference.unknown")]


def test_a_file_to_submit_later_that_is_not_there_is_named() -> None:
    changes = {"story.yaml": story(f"{{recall: true, resubmit: {LATER}}}")["story.yaml"]}
    assert told(changes) == [("story.yaml:2:24: people.p002.resubmit", "reference.unknown")]


def test_a_file_to_submit_later_must_be_of_the_same_person_and_month() -> None:
    other = GOOD[PLAN].replace("month: 2026-03", "month: 2026-04")
    changes = story(f"{{recall: true, resubmit: {LATER}}}") | {LATER: other}
    assert ("story.yaml:2:24: people.p002.resubmit", "request.invalid") in told(changes)


def test_a_plan_that_cannot_be_read_is_told_once_and_not_again_by_the_story() -> None:
    changes = story(f"{{recall: true, resubmit: {LATER}}}") | {PLAN: "person: p002\n\tx"}
    assert told(changes) == [(f"{PLAN}:2:1", "file.syntax")]


def test_a_delegate_may_decide_only_where_somebody_has_delegated() -> None:
    assert told({"story.yaml": story("{leader: delegate}")["story.yaml"]}) == []
    assert told({"story.yaml": story("{hr: delegate}")["story.yaml"]}) == [
        ("story.yaml:2:10: people.p002.hr", "reference.unknown")
    ]
    assert told({"story.yaml": story("{leader: delegate}")["story.yaml"], "delegations.csv": None}) == [
        ("story.yaml:2:10: people.p002.leader", "reference.unknown")
    ]


@pytest.mark.parametrize(("left", "found"), [("2026-06-30", []), ("2026-02-27", ["reference.unknown"])])
def test_a_delegate_of_the_month_counts_although_they_leave_after_it(left: str, found: list[str]) -> None:
    people = swapped("people.csv", "en,Europe/Berlin,,\n", f"en,Europe/Berlin,,{left}\n")
    changes = {"story.yaml": story("{leader: delegate}")["story.yaml"], **people}
    assert [code for _, code in told(changes)] == found
