"""Secrets: kept in the keyring, each for the place it was saved for, and revealed only when a check needs them.

The keyring is reached through one thread of its own, because it may hang: whoever asks waits
five seconds at most, and nobody but those who need a secret waits at all.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol, TypeVar

from trayapp.config.lane import Lane
from trayapp.config.origins import Kept, origin_of
from trayapp.config.outside import MISSING, outside
from trayapp.config.vault import LOCKED, Vault
from trayapp.config.written import NAME_PATTERN
from trayapp.core.keys import Reference, Text
from trayapp.probes.base import SecretUnavailable

DEADLINE = 5.0
LARGEST = 64 * 1024
SILENT = "config.keyring_silent"
OTHER_ORIGIN = "config.secret_origin"

Result = TypeVar("Result")


class Keeper(Protocol):
    """Where secrets are kept, met in the keyring's thread alone. Raises SecretUnavailable."""

    @property
    def asking(self) -> bool: ...
    def get(self, name: str) -> str | None: ...
    def set(self, name: str, text: str) -> None: ...
    def delete(self, name: str) -> None: ...


class Secrets:
    """Reveals, keeps and forgets secrets. One for the whole program; every method from any thread.

    `keyring_service` is the name under which the keyring keeps them, `folder` what paths of
    `{ file = … }` are relative to. `revealed` is told every secret value once, so that logs can hide it.
    Everything that goes wrong is SecretUnavailable, with a sentence that tells how to mend it.
    """

    def __init__(
        self,
        keyring_service: str,
        *,
        folder: Path = Path(),
        environ: Mapping[str, str] = os.environ,
        revealed: Callable[[str], object] = lambda value: None,
        keeper: Keeper | None = None,
        deadline: float = DEADLINE,
    ) -> None:
        self._keeper = keeper or Vault(keyring_service)
        self._fetch = outside(environ, folder)
        self._revealed = revealed
        self._deadline = deadline
        self._keyring = Lane("keyring")
        self._files = Lane("secret files")  # apart: they are there also while the keyring hangs
        self._kept: dict[str, Kept] = {}
        self._told: set[str] = set()

    def reveal_for(self, target: str, within: float = DEADLINE) -> Callable[[Text], Awaitable[str]]:
        """How a probe with this target gets its secrets, each within so many seconds."""

        async def reveal(text: Text) -> str:
            return await self.reveal(text, target, within)

        return reveal

    async def reveal(self, text: Text, target: str, within: float = DEADLINE) -> str:
        """The text itself, or what is kept under its reference if that may be sent to this target."""
        if isinstance(text, str):
            return text
        if (value := self._at_hand(text, target)) is None:
            value = await self._awaited(*self._work(text, target), min(within, self._deadline))
        return self._tell(value)

    async def keep(self, name: str, value: str, *targets: str) -> None:
        """Stores a secret for these targets, or for the first that asks. ValueError: the name or value cannot be."""
        await self._awaited(self._keyring, self._keeping(name, value, targets), self._deadline)

    def set(self, name: str, value: str, *targets: str) -> None:
        """The same, blocking."""
        self._waited(self._keyring, self._keeping(name, value, targets))

    def get(self, name: str) -> Kept:
        """What is kept under a name, blocking: for showing that it is there and for whom, never to be sent."""
        return self._waited(self._keyring, lambda: self._look_up(name))

    def delete(self, name: str) -> None:
        """Removes a secret, blocking."""

        def work() -> None:
            self._look_up(name)
            self._kept.pop(name, None)
            self._keeper.delete(name)

        self._waited(self._keyring, work)

    def forget(self) -> None:
        """Asks the keyring anew from now on: another program may have changed something."""
        self._kept.clear()

    def _at_hand(self, reference: Reference, target: str) -> str | None:
        """The value of a secret that the keyring gave before: there at once, and also while that hangs."""
        kept = self._kept.get(reference.name) if reference.source == "secret" else None
        return kept.value if kept is not None and origin_of(target) in kept.origins else None

    def _work(self, reference: Reference, target: str) -> tuple[Lane, Callable[[], str]]:
        if reference.source == "secret":
            return self._keyring, lambda: self._bound(reference.name, origin_of(target))
        return self._files, lambda: self._fetch(reference)

    def _bound(self, name: str, origin: str) -> str:
        kept = self._look_up(name)
        if not kept.origins:
            kept = self._store(name, Kept(kept.value, (origin,)))
        if origin not in kept.origins:
            known = " and ".join(kept.origins)
            raise SecretUnavailable(
                OTHER_ORIGIN,
                f'the secret "{name}" was saved for {known} and not for {origin}; '
                f"if it may be sent there too, save it again: watchbell secret set {name}",
            )
        return kept.value

    def _look_up(self, name: str) -> Kept:
        if name not in self._kept:
            text = self._keeper.get(_checked_name(name))
            if text is None:
                sentence = f'there is no secret "{name}" in the keyring; add it: watchbell secret set {name}'
                raise SecretUnavailable(MISSING, sentence)
            self._kept[name] = Kept.read(text)
        return self._kept[name]

    def _keeping(self, name: str, value: str, targets: tuple[str, ...]) -> Callable[[], Kept]:
        _checked_name(name)
        if not value or len(value.encode()) > LARGEST:
            raise ValueError("a secret has at least one character and at most 64 KiB")
        origins = tuple(dict.fromkeys(origin_of(target) for target in targets))
        return lambda: self._store(name, Kept(value, origins))

    def _store(self, name: str, kept: Kept) -> Kept:
        self._kept.pop(name, None)
        self._keeper.set(name, kept.written())
        self._kept[name] = kept
        return kept

    def _tell(self, value: str) -> str:
        if value not in self._told:
            self._told.add(value)
            self._revealed(value)
        return value

    async def _awaited(self, lane: Lane, work: Callable[[], Result], within: float) -> Result:
        waiting = asyncio.wrap_future(self._submit(lane, work))
        try:
            await asyncio.wait([waiting], timeout=within)
            if not waiting.done():
                raise self._late(lane)
            return waiting.result()
        finally:
            waiting.cancel()  # what nobody waits for any more is not begun

    def _waited(self, lane: Lane, work: Callable[[], Result]) -> Result:
        future = self._submit(lane, work)
        try:
            return future.result(self._deadline)
        except TimeoutError as error:
            if future.done():
                raise
            future.cancel()
            raise self._late(lane) from error

    def _submit(self, lane: Lane, work: Callable[[], Result]) -> Future[Result]:
        if lane.held_for > self._deadline:
            raise self._late(lane)
        return lane.submit(work)

    def _late(self, lane: Lane) -> SecretUnavailable:
        if lane is self._files:
            return SecretUnavailable(MISSING, "the file with the secret does not answer; is its disk there?")
        if self._keeper.asking:
            return SecretUnavailable(LOCKED, "the keyring is locked and waits for its password; look for its window")
        return SecretUnavailable(SILENT, "the keyring does not answer; it may help to log out and in again")


def _checked_name(name: str) -> str:
    if not re.fullmatch(NAME_PATTERN, name):
        raise ValueError('a secret\'s name has 1 to 100 letters, digits, ".", "_" and "-"')
    return name
