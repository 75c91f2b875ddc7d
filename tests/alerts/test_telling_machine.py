"""Services live, suppressions come and go, the power fails at any point; what is told keeps to semantics.md.

A life that breaks a rule is printed as a test of its own.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.alerts.world import DAY, HOUR, MINUTE, SECOND, World, a_service
from tests.invariants.lives import SEED, lives
from trayapp.core.words import Sight, Status

SERVICES = {
    service.id: service
    for service in (
        a_service("web", provider="Acme"),
        a_service("shop", provider="acme"),
        a_service("router"),
        a_service("nas", depends_on=("router",)),
        a_service("mail", target="smtp://cube.example:25"),
        a_service("imap", target="tcp://cube.example:993", critical=True),
        a_service("mute", notify="none"),
        a_service("downs", notify="down"),
        *(a_service(f"s{n}") for n in range(6)),
    )
}
ANY = st.sampled_from(sorted(SERVICES))
TIMES = st.sampled_from([1, 700, SECOND, 3 * SECOND, 5 * SECOND, 11 * SECOND, MINUTE, 11 * MINUTE, 5 * HOUR, 2 * DAY])
CUTS = st.sampled_from(["before the commit", "before the attempt", "before it was delivered"])
ALIVE = st.sampled_from([Status.UP, Status.DOWN, Status.DOWN, Status.UNKNOWN])


@seed(SEED)
class Lives(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.world = World(dict(SERVICES))

    @rule(id_=ANY, status=ALIVE)
    def check(self, id_: str, status: Status) -> None:
        self.world.check(id_, status)

    @rule(ids=st.lists(ANY, min_size=2, unique=True), status=ALIVE)
    def check_many(self, ids: list[str], status: Status) -> None:
        for id_ in ids:
            self.world.check(id_, status)

    @rule(ms=TIMES)
    def wait(self, ms: int) -> None:
        self.world.pass_time(ms)

    @rule(id_=ANY, ms=TIMES)
    def snooze(self, id_: str, ms: int) -> None:
        self.world.snooze(id_, self.world.now + ms)

    @rule(id_=ANY)
    def acknowledge(self, id_: str) -> None:
        self.world.acknowledge(id_)

    @rule(id_=ANY)
    def edit(self, id_: str) -> None:
        self.world.edit(id_)

    @rule(id_=ANY)
    def ask_when_back(self, id_: str) -> None:
        if self.world.beliefs[id_].status is Status.DOWN:
            self.world.ask_when_back(id_)

    @rule(id_=ANY)
    def maintenance(self, id_: str) -> None:
        self.world.maintenance ^= {id_}

    @rule(id_=ANY)
    def unsteady(self, id_: str) -> None:
        self.world.unsteady ^= {id_}

    @rule(how=st.sampled_from(["quiet", "away"]), on=st.booleans())
    def hold(self, how: str, on: bool) -> None:
        self.world.hold(**{how: on})

    @rule(state=st.sampled_from(["online", "offline"]))
    def look(self, state: str) -> None:
        self.world.see(Sight("internet", state, "no route", self.world.now))

    @rule(point=CUTS)
    def cut_power(self, point: str) -> None:
        self.world.cut = point

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule()
    def come_to_rest(self) -> None:
        """All suppression ends and everything is checked: I7."""
        world = self.world
        world.cut = ""
        world.hold(quiet=False, away=False)
        world.maintenance.clear()
        world.unsteady.clear()
        for id_ in SERVICES:
            world.snooze(id_, None)
        world.pass_time(MINUTE)
        for id_ in SERVICES:
            status = world.beliefs[id_].status
            world.check(id_, Status.UP if status is Status.UNKNOWN else status)
        world.pass_time(2 * HOUR)
        for id_, service in SERVICES.items():
            if service.notify == "all":
                world.oracle.settled(id_)

    @invariant()
    def every_incident_is_accounted_for(self) -> None:
        if hasattr(self, "world"):
            self.world.oracle.accounted(set(self.world.withheld()), self.world.pending())


TestLives: Any = Lives.TestCase
TestLives.settings = settings(
    max_examples=lives(0.5),
    stateful_step_count=30,
    # A life that breaks a rule is told as it is: making it shorter takes longer than a person is willing to wait.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
