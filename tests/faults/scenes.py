"""Scenes of a fault, each in a world of its own and several at a time: they wait for one another no more than for us.

A scene is a function of a world and of its row in the table of faults:

    SCENES = Scenes()

    @SCENES.scene("F1", "the cable is pulled out")
    def cable(world: World, row: Row) -> None: ...

Nearly all of its time it waits, for a check to be due or for a question to be asked again, so that a dozen of them
fit on one machine. One that is declared several times, with other arguments, is as many scenes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.faults.table import Row
from tests.faults.world import World

AT_ONCE = 8
"""Scenes that are played at a time."""


@dataclass(frozen=True)
class Scene:
    id: str
    what: str
    play: Callable[..., None]
    given: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.id} {self.what}"


class Scenes(Collection[Scene]):
    """Those of one test file, in the order of declaration."""

    def __init__(self) -> None:
        self._declared: list[Scene] = []

    def scene(self, id_: str, what: str, **given: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
        def declare(play: Callable[..., None]) -> Callable[..., None]:
            self._declared.append(Scene(id_, what, play, given))
            return play

        return declare

    def __iter__(self) -> Iterator[Scene]:
        return iter(self._declared)

    def __len__(self) -> int:
        return len(self._declared)

    def __contains__(self, scene: object) -> bool:
        return scene in self._declared


class Stage:
    """Plays them from the moment it is entered."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self._rows = {str(scene): Row(scene.id, scene.what) for scene in scenes}
        self._scenes = scenes
        self._pool = ThreadPoolExecutor(AT_ONCE, "scene")
        self._played: dict[str, Future[None]] = {}

    def __enter__(self) -> Self:
        for scene in self._scenes:
            self._played[str(scene)] = self._pool.submit(_play, scene, self._rows[str(scene)])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def row_of(self, scene: Scene) -> Row:
        return self._rows[str(scene)]

    def see(self, scene: Scene) -> None:
        """Returns when it is over, and raises what it raised. Whoever wants to see it again has it played again."""
        played = self._played.pop(str(scene), None)
        if played is not None:
            played.result()
        else:
            self._rows[str(scene)] = Row(scene.id, scene.what)
            _play(scene, self._rows[str(scene)])


def _play(scene: Scene, row: Row) -> None:
    with World() as world:
        row.begin()
        scene.play(world, row, **scene.given)
