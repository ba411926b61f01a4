"""Owns what the demo shows while it works: one line per step, and the month's progress bar."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from monthline.demo.tempo import Span
from shared.contracts.words import Language, Stage
from shared.locale.catalogue import text
from shared.locale.labels import label


@dataclass(frozen=True)
class Steps:
    """Says what is being done, in the user's language."""

    console: Console
    language: Language

    def say(self, code: str, /, **parameters: object) -> str:
        """The text in the user's language."""
        return text(code, self.language, **parameters)

    def note(self, code: str, /, **parameters: object) -> None:
        """One line by itself."""
        self.console.print(self.say(code, **parameters))

    @contextmanager
    def step(self, code: str) -> Iterator[None]:
        """Shows that the step is under way, and then how long it took."""
        name = self.say(code)
        began = time.monotonic()
        if self.console.is_terminal:
            with self.console.status(name):
                yield
        else:
            yield
        self.done(time.monotonic() - began, code)

    def done(self, seconds: float, code: str, /, **parameters: object) -> None:
        """Says that something has been done, and how long it took."""
        self.console.print(f"✓ {self.say(code, **parameters)} ({seconds:.1f} s)", style="green")


class _Stages(ProgressColumn):
    """How many plans are in which stage."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def render(self, task: Task) -> Text:
        stages: Mapping[Stage, int] = task.fields["stages"]
        shown = (
            f"{label('stage', stage, self._language)} {stages[stage]}" for stage in Stage if stages.get(stage)
        )
        return Text(" · ".join(shown), style="cyan")


class MonthBar:
    """The calendar's date running through the month, and the plans' stages; silent without a terminal."""

    def __init__(self, steps: Steps, span: Span, month: str) -> None:
        self._steps = steps
        self._span = span
        self._month = month
        self._began = time.monotonic()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[date]}"),
            BarColumn(bar_width=30),
            _Stages(steps.language),
            console=steps.console,
            disable=not steps.console.is_terminal,
            transient=True,
        )
        total = (span.end - span.start).total_seconds()
        self._task = self._progress.add_task("", total=total, date=f"{span.start:%Y-%m-%d}", stages={})

    def __enter__(self) -> "MonthBar":
        self._progress.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._progress.stop()
        if kind is None:
            took = time.monotonic() - self._began
            self._steps.done(took, "demo.step.month", month=self._month)

    def show(self, calendar: datetime, stages: Mapping[Stage, int]) -> None:
        """The calendar's date and how many plans are in which stage."""
        passed = (min(calendar, self._span.end) - self._span.start).total_seconds()
        self._progress.update(
            self._task, completed=max(passed, 0), date=f"{calendar:%Y-%m-%d}", stages=dict(stages)
        )
