"""The page on which a person reads and tries a service's interface."""

import re

import httpx2
import pytest

from shared.web.api_page import ADDRESS
from shared.web.http import create_app
from tests.unit.shared.web.test_http import OpenAuthenticator


async def fetch(path: str) -> httpx2.Response:
    """What a service answers at a path, without a token."""
    app = create_app("<test>", authenticator=OpenAuthenticator(), checks={})
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://test") as http:
        return await http.get(path)


async def test_the_page_loads_nothing_from_another_host() -> None:
    page = await fetch("/docs")
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    assert loaded
    assert all(address.startswith(f"{ADDRESS}/") for address in loaded)
    assert [(await fetch(address)).status_code for address in loaded] == [200] * len(loaded)


async def test_the_page_shows_the_title_as_text() -> None:
    assert "<title>Monthline &lt;test&gt;</title>" in (await fetch("/docs")).text


@pytest.mark.parametrize("loosened", ["unsafe-inline", "unsafe-eval", "http:", "https:", "*"])
async def test_the_policy_of_the_page_admits_no_other_host_and_no_other_script(loosened: str) -> None:
    policy = (await fetch("/docs")).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert loosened not in policy
