"""Owns what checks look at, and what a check is."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from monthline.company.files import CompanyFiles
from monthline.demo.client import Client
from monthline.demo.expectations import Expected, expected, planners
from monthline.demo.outcome import Outcome, PlanOutcome
from monthline.demo.run import Played


@dataclass(frozen=True)
class Evidence:
    """A played month, and the company that played it."""

    played: Played
    company: CompanyFiles

    @property
    def outcome(self) -> Outcome:
        """What came of the month."""
        return self.played.outcome

    @property
    def month(self) -> str:
        """The month."""
        return self.played.memory.month

    def client(self, person: str) -> Client:
        """The way to the services for one person."""
        return self.played.stack.clients.of(person)

    def expected(self) -> list[Expected]:
        """What must have come of every plan, by author."""
        return [expected(self.company, self.month, person) for person in planners(self.company, self.month)]

    def plans(self) -> Iterator[tuple[Expected, PlanOutcome]]:
        """Every plan beside what must have come of it; one that was not opened is left out."""
        for wanted in self.expected():
            found = self.outcome.plans.get(wanted.person)
            if found is not None:
                yield wanted, found


Look = Callable[[Evidence], Awaitable[Sequence[str]]]
"""What is wrong, one line each; nothing when all is well."""


@dataclass(frozen=True)
class Check:
    """One promise, by the text that names it, and how to look whether it is kept."""

    name: str
    look: Look
