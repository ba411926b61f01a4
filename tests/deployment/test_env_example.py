"""The example environment names every setting, as the settings describe themselves."""

from pathlib import Path

from monthline.env_example import text

COMMITTED = Path(__file__).parents[2] / ".env.example"


def test_the_committed_example_is_what_the_settings_say() -> None:
    assert COMMITTED.read_text() == text(), "run: python -m monthline.env_example > .env.example"
