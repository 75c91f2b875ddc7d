"""What the screen may ask of the program: the only way back from a widget to the engine.

Nothing here waits. An ask is posted to whoever owns the matter, and what comes of it arrives
later as a new snapshot, or in the future that the ask returned. A future is finished in some
other thread: `Bridge.when_done` carries it into the GUI thread.
"""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from trayapp.core.words import CheckResult, Service


@dataclass(frozen=True, slots=True)
class ApplyResult:
    """What became of a new text for services.toml.

    `saved` says that the file now holds the new text and that it is in force. Where it is not,
    either `faults` tells why the text cannot stand ("services.twitter.http.url: not a URL …"),
    or `conflict` is the text that the file holds meanwhile, changed by somebody else since
    `basis` was read: nothing was written, and both are to be shown.
    A saved text may have `faults` too: warnings, such as an unknown key that was kept.
    """

    saved: bool
    faults: tuple[str, ...] = ()
    conflict: str | None = None


class Asks(Protocol):
    """Everything that a window, a menu or a dialog may ask for. Called in the GUI thread, never blocks long."""

    def check_now(self, services: Collection[str] | None) -> None:
        """Check these services (ids) now; None means all of them."""
        ...

    def acknowledge(self, incident: int) -> None:
        """No more reminders for this incident; its recovery is still told."""
        ...

    def snooze(self, service: str, until: int | None) -> None:
        """Tell nothing of this service until then (ms UTC); None ends a snooze."""
        ...

    def tell_when_back(self, service: str, wanted: bool) -> None:
        """Tell once when this service is back, even if it is snoozed; False: no longer."""
        ...

    def pause(self, until: int | None) -> None:
        """Check nothing until then (ms UTC); None resumes."""
        ...

    def pause_service(self, service: str, until: int | None) -> None:
        """Do not check this service until then (ms UTC; FOR_EVER: until it is resumed); None resumes."""
        ...

    def settings_text(self) -> str:
        """The text of services.toml as it is on the disk now; empty where there is no file."""
        ...

    def apply(self, text: str, basis: str) -> ApplyResult:
        """Put a new text of services.toml in force, if the file still holds `basis`."""
        ...

    def try_out(self, service: Service) -> Future[CheckResult]:
        """Check this service once, configured or not; neither recorded nor told.

        Cancelling the future gives the check up. It never holds an exception: a fault is a result too.
        """
        ...

    def set_secret(self, name: str, value: str, origin: str) -> Future[None]:
        """Keep a secret in the keyring, bound to the origin ("https://example.com") it may be sent to.

        The future raises what the keyring's door raises, with a sentence for a person.
        """
        ...

    def correct(self, incident: int, verdict: str | None) -> Future[None]:
        """This incident, which is over, was a "false alarm" or "maintenance"; None: it counts as it was seen.

        The future raises, with a sentence, where that could not be written down.
        """
        ...

    def open_link(self, url: str) -> None:
        """Show a page in the user's browser."""
        ...

    def quit(self) -> None:
        """End the program."""
        ...
