"""Which language an answer is given in."""

import pytest

from shared.contracts.words import Language
from shared.locale.negotiation import language_of


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, Language.EN),
        ("", Language.EN),
        ("zh-CN,zh;q=0.9,en;q=0.8", Language.ZH),
        ("en-GB,en;q=0.9,zh;q=0.8", Language.EN),
        ("xx, zh;q=0.5", Language.ZH),
        ("en;q=0.4, zh;q=0.6", Language.ZH),
        ("zh;q=0", Language.EN),
        ("zh;q=much", Language.EN),
        ("*", Language.EN),
    ],
)
def test_the_language_liked_best_of_those_there_are_is_taken(header: str | None, language: Language) -> None:
    assert language_of(header) is language
