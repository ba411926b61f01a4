"""Which field of a revision a comment means."""

import pytest

from services.review.domain.fields import locate
from shared.contracts.plan import ItemMilestone, MilestonesMeasure
from shared.contracts.refusals import Unknown
from tests.unit.services.review.build import TODAY, item, submission

STAGES = item("prototype", measure=MilestonesMeasure()).model_copy(
    update={"milestones": (ItemMilestone(id="test", title="Test", due=TODAY),)}
)
REVISION = submission(item("contracts"), STAGES)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", ""),
        ("note", "note"),
        ("items", "items"),
        ("items[0]", "items.contracts"),
        ("items[1].share", "items.prototype.share"),
        ("items.contracts.share", "items.contracts.share"),
        ("items.contracts.measure", "items.contracts.measure"),
        ("items[1].measure.kind", "items.prototype.measure.kind"),
        ("items[1].milestones[0].due", "items.prototype.milestones.test.due"),
        ("categories.core", "categories.core"),
        ("categories.core.share", "categories.core.share"),
        ("categories.core.items", "categories.core.items"),
    ],
)
def test_a_field_is_named_by_the_ids_of_its_lines(path: str, name: str) -> None:
    assert locate(REVISION, path) == name


@pytest.mark.parametrize(
    "path",
    [
        "items[2]",
        "items[0].salary",
        "items.other.share",
        "items.contracts.id",
        "items.contracts.measure.target",
        "items.contracts.share.0",
        "items[-1]",
        "items[0]share",
        ".items",
        "items.",
        "[0]",
        "0",
        "categories",
        "categories.other",
        "categories.core.share.more",
        "categories.core.label",
        "items[0].title[0]",
        "items\u0000",
        "__class__",
    ],
)
def test_a_field_that_the_revision_does_not_have_is_unknown(path: str) -> None:
    with pytest.raises(Unknown) as refused:
        locate(REVISION, path)
    assert refused.value.details == {"what": "field", "path": "path"}
