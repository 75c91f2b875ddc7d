"""A stage for the scenes of each file, and the table of what was seen on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.scenes import Scene, Stage
from tests.faults.table import keep

pytest.register_assert_rewrite("tests.faults.cast")


@pytest.fixture(scope="module")
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """All scenes of this file that were asked for, being played."""
    here = (item for item in request.session.items if item.path == request.path)
    with Stage([item.callspec.params["scene"] for item in here if "scene" in item.fixturenames]) as stage:
        yield stage


@pytest.fixture
def played(stage: Stage, scene: Scene, record_property: Callable[[str, object], None]) -> Iterator[Callable[[], None]]:
    """Call it to see the scene to its end."""

    def see() -> None:
        try:
            stage.see(scene)
        finally:
            keep(stage.row_of(scene), record_property)

    return see
