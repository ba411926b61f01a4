"""Commands drawn at random: the usual ones, and whatever anybody could think of sending."""

from collections.abc import Callable
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from shared.contracts.lifecycle import Command
from shared.contracts.words import SYSTEM, Move, Party, Stage
from tests.support.build import command
from tests.support.moves import ALLOWED, Model

LEADER = "leader1"
NUMBERS = count(1)
Draw = Callable[[st.SearchStrategy[Command]], Command]


def usual(model: Model) -> st.SearchStrategy[Command]:
    """A command that the table allows where the plan stands."""
    keys = sorted(key for key in ALLOWED if key[2] == model.stage)
    actors = {"author": model.author, "leader": LEADER, "system": SYSTEM}

    def complete(key: tuple[str, str, str]) -> Command:
        move, party, _ = key
        return _command(
            Move(move),
            model.version,
            party=Party(party),
            actor=actors.get(party, "hr1"),
            note="because",
            to=None,
            on_behalf_of=None,
        )

    return st.sampled_from(keys).map(complete)


def any_wish(model: Model) -> st.SearchStrategy[Command]:
    """Any command whatever: any move, as any party, by anybody, for anybody, of any version."""
    return st.builds(
        _command,
        st.sampled_from(Move),
        st.sampled_from([0, 0, 0, -1, -2, 1]).map(lambda off: max(model.version + off, 0)),
        party=st.sampled_from(Party),
        actor=st.sampled_from([model.author, "hr1", LEADER, SYSTEM]),
        on_behalf_of=st.sampled_from([None, None, "hr9", model.author]),
        to=st.sampled_from([None, None, *Stage]),
        note=st.sampled_from(["because", ""]),
    )


def _command(
    move: Move,
    version: int,
    *,
    party: Party,
    actor: str,
    on_behalf_of: str | None,
    to: Stage | None,
    note: str,
) -> Command:
    return command(
        move,
        version,
        party=party,
        actor=actor,
        on_behalf_of=on_behalf_of,
        to=to,
        note=note,
        key=f"wish-{next(NUMBERS)}",
    )


class Wishes(RuleBasedStateMachine):
    """Sends commands to a lifecycle and compares each answer with the written table."""

    model: Model

    def send(self, wish: Command) -> str:
        """Give the command to the lifecycle; the stage it leads to, or the refusal's code."""
        raise NotImplementedError

    def ended(self) -> None:
        """The plan has ended: begin another."""
        raise NotImplementedError

    @rule(data=st.data())
    def something_usual(self, data: st.DataObject) -> None:
        """A command that is allowed is carried out."""
        self._try(data.draw(usual(self.model)))

    @rule(data=st.data())
    def anything(self, data: st.DataObject) -> None:
        """A command of any kind is carried out or refused as the table says."""
        self._try(data.draw(any_wish(self.model)))

    def _try(self, wish: Command) -> None:
        expected = self.model.answer(wish)
        if expected in set(Stage):
            self.model.accept(wish)
            expected = self.model.stage.value
        assert self.send(wish) == expected
        if self.model.stage.ended:
            self.ended()
