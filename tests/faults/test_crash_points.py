"""Killed, or refused by the disk, at every single call that writes, with an outage and its recovery under way.

The engine is a process of its own on a real home, and every fault is injected by strace. Some points are tried, evenly
spread; all of them, which takes hours, with WATCHBELL_POINTS=all.
"""

from __future__ import annotations

import shutil
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.faults.crash_proof import is_complete, prove_heard_once, prove_kept, prove_over, prove_sound
from tests.faults.crash_story import Story, stories
from tests.history.injection import BROKEN, KILL, NO_ROOM, calls, needs_strace, sample, traced

pytestmark = [needs_strace, pytest.mark.timeout(14_400)]

CALLS = ("pwrite64", "fdatasync", "fsync", "ftruncate", "rename", "unlink", "openat")
AT_ONCE = 3

Make = Callable[[Path], Story]


class Point(NamedTuple):
    """The call at which the fault happens, counted from 1."""

    call: str
    number: int
    fault: str


@pytest.fixture(scope="module")
def story() -> Iterator[Make]:
    with stories() as story:
        yield story


@pytest.fixture(scope="module")
def first_life(story: Make, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    return counted(story(tmp_path_factory.mktemp("first")))


@pytest.fixture(scope="module")
def second_life(story: Make, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    restarted = story(tmp_path_factory.mktemp("second"))
    tell_of_the_outage(restarted)
    return counted(restarted)


def tell_of_the_outage(story: Story) -> None:
    """A life that is killed just when the person was told."""
    assert story.live(killed_when_told="down").broken_off


def counted(story: Story) -> dict[str, int]:
    """How often each call is made when nothing is in the way of the story's end."""
    story.live(traced(trace(story), ",".join(CALLS), touching=history_files(story)))
    prove_heard_once(story)
    prove_over(story)
    return {call: calls(trace(story), call) for call in CALLS}


def trace(story: Story) -> Path:
    return story.places.data.with_name("trace")


def history_files(story: Story) -> list[Path]:
    """Only what has to do with these counts: Python opens a thousand others to start."""
    names = ("", "-wal", "-journal", ".new", ".new-wal", ".new-journal")
    return [story.places.data, *(Path(f"{story.places.history_db}{name}") for name in names)]


def under(story: Story, point: Point, *, lasting: bool = False) -> list[str]:
    fault = f"{point.fault}:when={point.number}{'+' if lasting else ''}"
    return traced(trace(story), point.call, fault, history_files(story))


def play(make: Make, folder: Path, points: list[Point], act: Callable[[Story, Point], None]) -> None:
    """Play the story once for every point; every failure is told."""

    def attempt(point: Point) -> str:
        story = make(folder / "-".join(map(str, point)))
        try:
            act(story, point)
        except AssertionError as failure:
            (*_, where) = traceback.extract_tb(failure.__traceback__)
            seen = [f"{line}" for life in story.lives for line in life.lines if line.get("event") != "check"]
            report = "\n  ".join([f"{point}", f"{where}", f"{failure!s:.500}", *seen])
            print(report, flush=True)
            return report
        finally:
            shutil.rmtree(story.places.data)
        return ""

    with ThreadPoolExecutor(AT_ONCE) as runners:
        failures = [failure for failure in runners.map(attempt, points) if failure]
    print(f"{len(points)} points, {len(failures)} failed")
    if failures:
        pytest.fail("\n\n".join(failures), pytrace=False)


def some(number: int, counts: dict[str, int], *faults: str) -> list[Point]:
    """So many of all points there are, or all of them."""
    every = [Point(call, n, fault) for fault in faults for call in CALLS for n in range(1, counts[call] + 1)]
    return [every[n - 1] for n in sample(len(every), number)]


def go_on_after_a_kill(story: Story, point: Point) -> None:
    life = story.live(under(story, point))
    maybe_seen: frozenset[str] = frozenset()
    if life.broken_off:
        maybe_seen = prove_kept(story, story.places.data.with_name("aside"))
        story.live()
    prove_heard_once(story, maybe_seen)
    prove_over(story)


def test_killed_at_any_point_nothing_acknowledged_is_lost_and_nothing_is_told_twice_as_new(
    story: Make, tmp_path: Path, first_life: dict[str, int]
) -> None:
    play(story, tmp_path, some(9, first_life, KILL), go_on_after_a_kill)


def test_killed_again_at_any_point_after_a_restart_it_still_goes_on_from_what_was_told(
    story: Make, tmp_path: Path, second_life: dict[str, int]
) -> None:
    def act(story: Story, point: Point) -> None:
        tell_of_the_outage(story)
        go_on_after_a_kill(story, point)

    play(story, tmp_path, some(6, second_life, KILL), act)


def test_an_error_of_the_disk_at_any_point_changes_nothing_in_the_end(
    story: Make, tmp_path: Path, first_life: dict[str, int]
) -> None:
    def act(story: Story, point: Point) -> None:
        story.live(under(story, point))
        prove_heard_once(story)
        prove_over(story)

    play(story, tmp_path, some(6, first_life, BROKEN, NO_ROOM), act)


def test_an_error_of_the_disk_at_any_point_of_a_restart_changes_nothing_in_the_end(
    story: Make, tmp_path: Path, second_life: dict[str, int]
) -> None:
    def act(story: Story, point: Point) -> None:
        tell_of_the_outage(story)
        story.live(under(story, point))
        prove_heard_once(story)
        prove_over(story)

    play(story, tmp_path, some(4, second_life, BROKEN, NO_ROOM), act)


def test_on_a_disk_that_fails_from_any_point_on_watching_and_telling_go_on_and_it_says_so(
    story: Make, tmp_path: Path, first_life: dict[str, int]
) -> None:
    def act(story: Story, point: Point) -> None:
        life = story.live(under(story, point, lasting=True))
        prove_heard_once(story)
        assert life.problems or is_complete(story)
        assert len(set(life.complaints)) == len(life.complaints)
        story.live()
        prove_sound(story.places.history_db)

    play(story, tmp_path, some(6, first_life, BROKEN, NO_ROOM), act)
