"""The engine in this process, with its real parts: how it begins and ends, and what goes wrong inside."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import service
from tests.servers import HttpServer, until
from trayapp.alerts.notifier import Action, Notifier, OnAction
from trayapp.alerts.traymessage import TrayMessage
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.config.vault import Vault
from trayapp.core.keys import Text
from trayapp.core.words import Notification, Service, Snapshot, Status
from trayapp.desktop.control import Refused, ask
from trayapp.desktop.instance import acquire
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults
from trayapp.history.queries import Reader
from trayapp.probes.http import Http

SOON = 4.0
"""Twice the 2 s that ending may take, for machines that are busy."""


@dataclass
class Stage:
    """A home and an engine on it, with everything that it shows."""

    places: Places
    faults: Faults = field(default_factory=Faults)
    snapshots: list[Snapshot] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    told: list[Notification] = field(default_factory=list)
    raised: list[str | None] = field(default_factory=list)
    on_action: OnAction | None = None

    def raise_window(self, token: str | None) -> bool:
        self.raised.append(token)
        return True

    def configure(self, *texts: str) -> None:
        self.places.prepare()
        draft = self.places.config / "draft"
        draft.write_text("".join(texts))
        draft.replace(self.places.services_toml)

    def engine(
        self,
        *,
        secrets: Secrets | None = None,
        notifiers: Sequence[Notifier] = (),
        observe: Callable[[dict[str, Any]], None] | None = None,
        owner: Any = None,
        alongside: Any = None,
    ) -> Engine:
        def ways(on_action: OnAction) -> Sequence[Notifier]:
            self.on_action = on_action
            return (*notifiers, TrayMessage(self.told.append))

        faces = Faces(self.snapshots.append, observe or self.events.append, self.raise_window)
        secrets = secrets or Secrets(self.places.keyring_service, folder=self.places.config)
        return Engine(self.places, owner, faces, ways, self.faults, secrets, alongside=alongside)

    @contextmanager
    def running(self, **keys: Any) -> Iterator[Engine]:
        engine = self.engine(**keys)
        engine.start()
        try:
            yield engine
        finally:
            started = time.monotonic()
            assert engine.stop("test")
            assert time.monotonic() - started < SOON

    def checks(self, service: str) -> list[dict[str, Any]]:
        return [e for e in list(self.events) if e["event"] == "check" and e["service"] == service]

    def status_of(self, id_: str) -> Status | None:
        views = self.snapshots[-1].services if self.snapshots else ()
        return next((view.belief.status for view in views if view.service.id == id_), None)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(Places.under(tmp_path / "home"))


# Beginning and ending


def test_an_engine_that_never_began_can_be_stopped(stage: Stage) -> None:
    assert stage.engine().stop("never begun")


def test_an_engine_stopped_at_once_says_so_and_leaves_no_fault(stage: Stage) -> None:
    stage.configure(service("web", "http://127.0.0.1:1/"))
    with stage.running():
        pass
    assert stage.events[-1] == {"event": "stopped", "reason": "test"}
    assert stage.faults.count == 0


def test_what_is_wished_before_it_is_up_is_done_once_it_is(stage: Stage) -> None:
    with HttpServer() as server:
        stage.configure(service("web", server.url, interval="1d"))
        with stage.running() as engine:
            engine.pause(1 << 50)
            loaded = engine.reload().result(10)
            until(lambda: stage.status_of("web") is Status.PAUSED)
            engine.pause(None)
            until(lambda: stage.status_of("web") is Status.UP)
    assert loaded.settings is not None
    assert [service.id for service in loaded.settings.services] == ["web"]


def test_what_is_wished_after_the_end_disturbs_nobody(stage: Stage) -> None:
    engine = stage.engine()
    engine.start()
    engine.stop("test")
    assert not engine.running
    engine.check_now(None)
    engine.acknowledge(1)
    for asked in (engine.reload(), engine.try_out(Service(id="x", probe=Http("http://127.0.0.1:1/")))):
        with pytest.raises(CancelledError):
            asked.result(1)
    assert engine.stop("again")


def test_a_service_is_tried_out_without_being_recorded_or_told(stage: Stage) -> None:
    stage.configure()
    with HttpServer(status=503) as server, stage.running() as engine:
        result = engine.try_out(Service(id="new", probe=Http(server.url))).result(10)
        assert result.finding.message == "HTTP 503"
    assert {event["event"] for event in stage.events} <= {"started", "stopped"}


@dataclass
class Stuck:
    """A way of telling that neither tells nor ends, and does not even heed being cancelled at first."""

    name: str = "stuck"
    asked: list[Notification] = field(default_factory=list)

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        self.asked.append(notification)
        await forever()

    async def close(self) -> None:
        await forever()


async def forever() -> None:
    for _ in range(2):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue
    raise asyncio.CancelledError


def test_a_way_of_telling_that_hangs_does_not_hold_up_the_end(stage: Stage) -> None:
    stuck = Stuck()
    stage.configure(service("web", "http://127.0.0.1:1/"))
    with stage.running(notifiers=[stuck]):
        until(lambda: stuck.asked)
    assert stage.events[-1]["event"] == "stopped"


def test_work_alongside_that_fails_is_a_fault_and_ends_nothing_else(stage: Stage) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    with HttpServer() as server:
        stage.configure(service("web", server.url))
        with stage.running(alongside=fail):
            until(lambda: len(stage.checks("web")) >= 3)
            until(lambda: stage.snapshots[-1].problems)
    assert "ZeroDivisionError in the look for a tray" in stage.snapshots[-1].problems[0]


# Faults of our own are nobody's outage


class BrokenSecrets(Secrets):
    """Secrets with a bug: asked for the target that ends in "broken", and then in one of two places."""

    def __init__(self, *, early: bool) -> None:
        super().__init__("test")
        self._early = early

    def reveal_for(self, target: str, within: float = 5.0) -> Callable[[Text], Awaitable[str]]:
        if not target.endswith("broken"):
            return super().reveal_for(target, within)
        if self._early:
            raise ZeroDivisionError("s3cret")

        async def reveal(text: Text) -> str:
            raise ZeroDivisionError("s3cret")

        return reveal


@pytest.mark.parametrize("early", [True, False], ids=["around the probe", "in the probe"])
def test_a_fault_in_a_check_is_a_problem_of_watchbell_and_never_an_outage(stage: Stage, early: bool) -> None:
    with HttpServer() as server:
        header = 'headers = { X = { env = "HOME" } }'
        stage.configure(service("odd", f"{server.url}broken", http=header), service("sane", server.url))
        with stage.running(secrets=BrokenSecrets(early=early)):
            until(lambda: len(stage.checks("odd")) >= 4)
            until(lambda: len(stage.checks("sane")) >= 4)
            until(lambda: stage.snapshots[-1].problems)
    odd = {(check["outcome"], check["blame"], check["cause"]) for check in stage.checks("odd")}
    assert odd == {("UNKNOWN", "self", "self.bug")}
    assert {check["outcome"] for check in stage.checks("sane")} == {"OK"}
    assert {told.kind for told in stage.told} <= {"impaired"}
    (problem,) = stage.snapshots[-1].problems
    assert problem.startswith("Watchbell has a problem: ")
    assert "in the check of odd" in problem
    assert "s3cret" not in problem


def test_a_face_that_fails_silences_neither_the_checks_nor_the_bell(stage: Stage) -> None:
    def fall(event: dict[str, Any]) -> None:
        raise RuntimeError("the window is gone")

    stage.configure(service("web", "http://127.0.0.1:1/"))
    with stage.running(observe=fall):
        until(lambda: any(told.kind == "down" for told in stage.told))
    assert sorted(told.kind for told in stage.told) in (["down"], ["down", "impaired"])
    assert "RuntimeError in showing what happened" in stage.faults.sentence


def test_an_engine_that_cannot_begin_says_so_and_is_not_running(stage: Stage) -> None:
    def none(on_action: OnAction) -> Sequence[Notifier]:
        raise LookupError("no way to tell")

    stage.configure()
    faces = Faces(stage.snapshots.append, stage.events.append, lambda token: True)
    engine = Engine(stage.places, None, faces, none, stage.faults, Secrets("test", keeper=Vault("test")))
    engine.start()
    until(lambda: not engine.running)
    assert "LookupError in the monitor's thread" in stage.snapshots[-1].problems[0]
    assert engine.stop("late")


# What is configured


def test_services_come_go_and_move_while_it_runs(stage: Stage) -> None:
    with HttpServer() as one, HttpServer() as two, HttpServer(status=503) as three:
        stage.configure(service("a", one.url), service("b", two.url))
        with stage.running() as engine:
            until(lambda: stage.status_of("a") is stage.status_of("b") is Status.UP)

            stage.configure(service("b", two.url), service("c", three.url))
            engine.reload().result(10)
            until(lambda: stage.status_of("c") is Status.DOWN)
            until(lambda: stage.told)
            asked = len(one.requests)
            count = len(stage.checks("b"))
            until(lambda: len(stage.checks("b")) >= count + 3)
            assert len(one.requests) <= asked + 1  # what was in flight
            assert stage.status_of("a") is None

            stage.configure(service("b", two.url), service("c", two.url))  # the outage is over by decree, silently
            engine.reload().result(10)
            until(lambda: stage.status_of("c") is Status.UP)

            stage.configure("[defaults]\nenabled = false\n", service("b", two.url), service("a", one.url, enabled=True))
            engine.reload().result(10)  # `a` is back, with its past; `c` is gone; `b` rests
            until(lambda: stage.status_of("a") is Status.UP and stage.status_of("b") is Status.PAUSED)
            asked = len(two.requests)
            count = len(stage.checks("a"))
            until(lambda: len(stage.checks("a")) >= count + 4)
            assert len(two.requests) <= asked + 1
    assert [(told.kind, told.services) for told in stage.told] == [("down", ("c",))]
    reader = Reader(stage.places.history_db)
    assert [incident.closing for incident in reader.incidents(0, 1 << 60)] == ["changed"]
    removed = [segment.reason for segment in reader.segments("a", 0, 1 << 60, int(time.time() * 1000))]
    assert "removed" in removed


def test_what_left_the_file_between_two_runs_is_closed_in_history(stage: Stage) -> None:
    gone, stays = service("gone", "http://127.0.0.1:1/"), service("stays", "http://127.0.0.1:1/")
    reader = Reader(stage.places.history_db)
    stage.configure(gone, stays, gone.replace("gone", "misspelt"))
    with stage.running():
        until(lambda: {service for told in stage.told for service in told.services} == {"gone", "stays", "misspelt"})
    count = len(stage.told)  # they are on one host, and may be told together
    stage.configure(stays, gone.replace("gone", "misspelt").replace("http:", "htp:"))
    with stage.running():
        until(lambda: len(reader.incidents(0, 1 << 60, "gone")) == 1 and reader.incidents(0, 1 << 60, "gone")[0].end)
    closings = {incident.service: incident.closing for incident in reader.incidents(0, 1 << 60)}
    assert closings == {"gone": "removed", "stays": "", "misspelt": ""}
    assert len(stage.told) == count


def test_a_reload_while_the_file_is_away_removes_nothing(stage: Stage) -> None:
    with HttpServer() as server:
        stage.configure(service("web", server.url))
        with stage.running() as engine:
            until(lambda: stage.status_of("web") is Status.UP)
            stage.places.services_toml.unlink()
            engine.reload().result(10)
            count = len(stage.checks("web"))
            until(lambda: len(stage.checks("web")) >= count + 2)


def test_defaults_hold_for_services_that_say_nothing_else(stage: Stage) -> None:
    with HttpServer(status=503) as server:
        stage.configure(
            '[defaults]\ninterval = "300ms"\nfailure_threshold = 1\n',
            f'[services.web.http]\nurl = "{server.url}"\n',
            service("patient", server.url, failure_threshold=100),
        )
        with stage.running():
            until(lambda: stage.told)
            until(lambda: len(stage.checks("patient")) >= 3)
    assert {told.services for told in stage.told} == {("web",)}


def test_two_hundred_services_are_asked_evenly(stage: Stage) -> None:
    with HttpServer() as server:
        text = (service(f"s{n}", f"{server.url}{n}", interval="3s") for n in range(200))
        stage.configure(*text)
        with stage.running():
            until(lambda: all(len(stage.checks(f"s{n}")) >= 2 for n in range(200)), 60)
    starts = sorted(check["at"] for n in range(200) for check in stage.checks(f"s{n}")[1:2])
    seconds = [start[17:21] for start in starts]  # in tenths
    busiest = max(seconds.count(second) for second in set(seconds))
    assert len(set(seconds)) > 15  # spread over the 3 s, and not a burst each
    assert busiest < 50


# Asking from outside


def test_other_processes_ask_through_the_control_socket(stage: Stage) -> None:
    with HttpServer() as server:
        stage.configure(service("web", server.url, interval="1d"), service("other", server.url, interval="1d"))
        owner = acquire(stage.places.lock, stage.places.socket)
        assert owner is not None
        try:
            with stage.running(owner=owner):
                socket = stage.places.socket
                status = ask(socket, {"do": "status"}, 10.0, starting=True)
                assert [row["id"] for row in status["services"]] == ["web", "other"]
                until(lambda: stage.checks("web") and stage.checks("other"))
                assert ask(socket, {"do": "check", "services": ["web"]}, 10.0) == {"checking": 1}
                until(lambda: len(stage.checks("web")) == 2)
                assert ask(socket, {"do": "show"}, 10.0) == {"shown": True}
                assert ask(socket, {"do": "show", "activation": "leave to take the focus"}, 10.0) == {"shown": True}
                assert stage.raised == [None, "leave to take the focus"]
                stage.configure(service("web", "htp://x/"))
                assert "not a URL" in ask(socket, {"do": "reload"}, 10.0)["faults"][0]
                assert "not a URL" in ask(socket, {"do": "status"}, 10.0)["faults"][0]
                for wrong in (
                    {"do": "dance"},
                    {},
                    {"do": "check", "services": ["nobody"]},
                    {"do": "check", "services": [[]]},
                ):
                    with pytest.raises(Refused):
                        ask(socket, wrong, 10.0)
        finally:
            owner.release()
    assert len(stage.checks("other")) == 1
    assert stage.faults.count == 0


@dataclass
class Pressed:
    """A desktop on which somebody presses "Acknowledge" at once."""

    stage: Stage
    name: str = "pressed"

    async def show(self, notification: Notification, actions: Sequence[Action]) -> None:
        assert self.stage.on_action is not None
        self.stage.on_action(notification.incident, notification.services, "acknowledge", None)
        self.stage.told.append(notification)

    async def close(self) -> None:
        """There is nothing to let go of."""


def test_an_acknowledgement_from_a_notification_outlasts_a_restart(stage: Stage) -> None:
    stage.configure(service("web", "http://127.0.0.1:1/"))
    for _ in range(2):
        with stage.running(notifiers=[Pressed(stage)]):
            until(
                lambda: (
                    stage.told
                    and stage.snapshots
                    and stage.snapshots[-1].services[0].telling.acknowledged == stage.told[0].incident
                )
            )
        stage.snapshots.clear()
    assert [told.kind for told in stage.told] == ["down"]


# What the file plans


def planned(stage: Stage, table: str, *keys: str) -> None:
    now = datetime.now(UTC)
    lines = "\n".join(key.format(before=now - timedelta(hours=1), now=now) for key in keys)
    stage.configure(service("web", "http://127.0.0.1:1/"), f'\n[{table}]\nzone = "Etc/UTC"\n{lines}\n')


def test_what_is_in_maintenance_is_checked_and_not_judged_until_that_is_taken_out_of_the_file(stage: Stage) -> None:
    planned(stage, "maintenance.move", 'start = "{before:%Y-%m-%dT%H:%M}"', 'duration = "5h"')
    with stage.running() as engine:
        until(lambda: len(stage.checks("web")) >= 5)
        until(lambda: stage.status_of("web") is Status.MAINTENANCE)
        assert stage.snapshots[-1].services[0].maintenance_until is not None
        stage.configure(service("web", "http://127.0.0.1:1/"))
        engine.reload().result(10)
        until(lambda: [told.kind for told in stage.told] == ["down"], 30.0)
    reader = Reader(stage.places.history_db)
    seen = [segment.status for segment in reader.segments("web", 0, 1 << 60, int(time.time() * 1000))]
    worked_on = seen.index(Status.MAINTENANCE)
    assert Status.DOWN not in seen[:worked_on]
    assert set(seen[worked_on + 1 : -1]) <= {Status.UNKNOWN}
    assert seen[-1] is Status.DOWN


def test_in_quiet_hours_nothing_rings_and_afterwards_one_summary_does(stage: Stage) -> None:
    hour = datetime.now(UTC).replace(minute=0)
    hours = (f'from = "{hour - timedelta(hours=2):%H:%M}"', f'to = "{hour + timedelta(hours=2):%H:%M}"')
    planned(stage, "quiet_hours", *hours)
    with stage.running() as engine:
        until(lambda: stage.status_of("web") is Status.DOWN)
        count = len(stage.checks("web"))
        until(lambda: len(stage.checks("web")) >= count + 40, 30.0)  # longer than a "down" waits for company
        assert stage.told == []
        assert stage.snapshots[-1].quiet_until is not None
        stage.configure(service("web", "http://127.0.0.1:1/"))
        engine.reload().result(10)
        until(lambda: stage.told)
    assert [told.kind for told in stage.told] == ["summary"]
    assert stage.told[0].title == "In the quiet hours: web went down"
