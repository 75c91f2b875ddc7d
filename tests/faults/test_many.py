"""Ten thousand services that fail in the same second: told in two notifications, and every incident is right."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.many import SERVICES, Many
from tests.faults.table import Row, keep
from tests.servers import until
from trayapp.core.words import Service, Status
from trayapp.probes import probe_for


@pytest.mark.timeout(300)
def test_ten_thousand_that_fail_together_are_told_as_one(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    with Many(tmp_path / "home", SERVICES) as many:
        everybody = set(many.others_than(Status.UP))
        many.until_all(Status.UP, 140)
        dead = int(time.time() * 1000)
        many.server.stop()
        down = many.until_all(Status.DOWN, 140)
        row = Row("J10", f"{SERVICES} services fail in one second", "DOWN", "refused", round(down * 1000))
        row.what += f": the loop was held for {many.longest_hold * 1000:.0f} ms"

        itself = Service(id="other", probe=probe_for(f"tcp://{many.server.host}:{many.server.port}"))
        assert many.engine.try_out(itself).result(10).finding.cause == "refused"  # it answers all the while
        until(lambda: {id_ for told in many.told for id_ in told.services} == everybody, 30)
        row.what += f", {many.most_told_within(10.0)} notifications in 10 s"
        keep(row, record_property)
        assert many.most_told_within(10.0) <= 2
        assert {told.kind for told in many.told} <= {"down", "group"}
        assert many.engine.running
        assert many.faults.sentence == ""
    incidents = many.incidents()
    assert len(incidents) == SERVICES == len({incident.service for incident in incidents})
    assert len({incident.id for incident in incidents}) == SERVICES
    assert {(incident.cause, incident.end) for incident in incidents} <= {("refused", None), ("reset", None)}
    assert all(incident.start <= incident.confirmed for incident in incidents)
    # One failure means down here, and a busy machine refuses a few connections by itself.
    assert sum(incident.start < dead for incident in incidents) <= SERVICES // 100
