"""When a delivery that failed is tried again, and when it is given up."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class RetrySchedule:
    """Exponential waits with jitter: each ``factor`` times the last, at most ``longest``."""

    first: timedelta = timedelta(seconds=5)
    factor: float = 3.0
    longest: timedelta = timedelta(hours=1)
    attempts: int = 10

    def wait(self, attempts: int, luck: float) -> timedelta | None:
        """How long to wait after ``attempts`` failures; None when that was the last attempt.

        ``luck`` in [0, 1) takes up to half of the wait away, so that deliveries which failed
        together do not come back together.
        """
        if attempts >= self.attempts:
            return None
        # The exponent is bounded before the power is taken: a large one would overflow.
        growth = self.factor ** min(attempts - 1, 30)
        full = min(self.first.total_seconds() * growth, self.longest.total_seconds())
        return timedelta(seconds=full * (1 - luck / 2))
