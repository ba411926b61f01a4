"""The caller checks every address a name stands for, before anything is connected."""

from collections.abc import Sequence

import pytest

from services.notify.domain.addresses import AddressRefused
from services.notify.webhooks import Caller, CallRefused


class FakeResolver:
    """Answers one name after the other way: the next call may get other addresses."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        if not self._answers:
            raise OSError("no such name")
        return self._answers.pop(0)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::ffff:10.0.0.1"], ["169.254.169.254"]]
)
async def test_a_name_with_any_forbidden_address_is_refused_at_save_and_at_send(addresses: list[str]) -> None:
    caller = Caller(resolver=FakeResolver(addresses, addresses))
    with pytest.raises(AddressRefused, match="address"):
        await caller.check("https://hooks.example.com/")
    with pytest.raises(CallRefused, match="not allowed: address"):
        await caller.call("https://hooks.example.com/", {}, b"{}")


async def test_a_name_that_was_public_at_save_and_is_private_at_send_is_not_called() -> None:
    caller = Caller(resolver=FakeResolver(["93.184.215.14"], ["127.0.0.1"]))
    await caller.check("https://hooks.example.com/")
    with pytest.raises(CallRefused, match="not allowed: address"):
        await caller.call("https://hooks.example.com/", {}, b"{}")


@pytest.mark.parametrize("resolver", [FakeResolver(), FakeResolver([])])
async def test_a_name_without_an_address_is_refused(resolver: FakeResolver) -> None:
    with pytest.raises(AddressRefused, match="name"):
        await Caller(resolver=resolver).check("https://hooks.example.com/")


async def test_the_form_is_checked_before_the_name_is_looked_up() -> None:
    with pytest.raises(AddressRefused, match="scheme"):
        await Caller(resolver=FakeResolver()).check("ftp://hooks.example.com/")
