"""What is wrong with the directory's settings is named all at once."""

import pytest

from services.directory.__main__ import DirectorySettings
from shared.process.runner import load_settings

REQUIRED = {
    "DATABASE_URL": "postgresql://directory@db/monthline",
    "OIDC_ISSUER": "https://issuer.example",
    "OIDC_JWKS_URL": "https://issuer.example/keys",
}


@pytest.fixture(autouse=True)
def required(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in DirectorySettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("country", ["China", "CHN", "cn", "XX", "utils"])
def test_a_country_without_holidays_is_named_with_all_else_that_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], country: str
) -> None:
    monkeypatch.setenv("COMPANY_COUNTRY", country)
    monkeypatch.setenv("COMPANY_ZONE", "Mars/Olympus")
    monkeypatch.delenv("OIDC_ISSUER")
    with pytest.raises(SystemExit) as ended:
        load_settings(DirectorySettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert [line.split(":")[0] for line in said.splitlines()[:-1]] == [
        "COMPANY_ZONE",
        "COMPANY_COUNTRY",
        "OIDC_ISSUER",
    ]


@pytest.mark.parametrize("country", ["CN", "DE"])
def test_a_country_that_has_them_is_taken(monkeypatch: pytest.MonkeyPatch, country: str) -> None:
    monkeypatch.setenv("COMPANY_COUNTRY", country)
    assert load_settings(DirectorySettings).company_country == country
