"""The table: what Watchbell said in each world and in all of them, beside what simpler rules would have said.

"false" are outages told that were none; "missed" those told too late or never, of the "outages" that had to be told;
"ends" what was wrong with telling them to be over. "notices" appeared on the screen or were updated there, "rings"
appeared. "bound" is that of semantics.md and the 6 s for telling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.simulation.bell import Heard
from tests.simulation.judge import Judgement, Terms
from tests.simulation.trace import SECOND

HEAD = (
    f"{'seed':>5}  {'rule':<20} {'false':>6} {'missed':>6} {'ends':>5} {'outages':>7} "
    f"{'p50 s':>6} {'max s':>7} {'bound s':>7} {'notices':>7} {'rings':>6} {'checks':>9} {'wall s':>7}"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `seed` empty: the sum of several."""

    seed: str
    rule: str
    terms: Terms
    false: int
    missed: int
    closings: int
    latencies: tuple[int, ...]
    notifications: int
    rings: int
    checks: int
    wall: float

    @classmethod
    def of(cls, seed: int, rule: str, terms: Terms, judged: Judgement, heard: Heard, wall: float) -> Row:
        return cls(
            str(seed),
            rule,
            terms,
            len(judged.false),
            len(judged.missed),
            len(judged.closings),
            judged.latencies,
            heard.notifications.total(),
            heard.rings,
            heard.checks,
            wall,
        )

    @classmethod
    def total(cls, rows: Sequence[Row]) -> Row:
        return cls(
            "all",
            rows[0].rule,
            rows[0].terms,
            sum(row.false for row in rows),
            sum(row.missed for row in rows),
            sum(row.closings for row in rows),
            tuple(sorted(latency for row in rows for latency in row.latencies)),
            sum(row.notifications for row in rows),
            sum(row.rings for row in rows),
            sum(row.checks for row in rows),
            sum(row.wall for row in rows),
        )

    def __str__(self) -> str:
        latencies = self.latencies or (0,)
        middle, most = latencies[len(latencies) // 2] / SECOND, latencies[-1] / SECOND
        return (
            f"{self.seed:>5}  {self.rule:<20} {self.false:>6} {self.missed:>6} {self.closings:>5} "
            f"{len(self.latencies):>7} {middle:>6.1f} {most:>7.1f} {self.terms.bound / SECOND:>7.0f} "
            f"{self.notifications:>7} {self.rings:>6} {self.checks:>9} {self.wall:>7.1f}"
        )
