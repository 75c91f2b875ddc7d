"""The keyring of this machine, met without trust: it may be missing, locked, silent or no keyring at all.

Everything here may block for minutes; only the keyring's own thread comes here (see secrets.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from trayapp.core.wording import plain
from trayapp.probes.base import SecretUnavailable

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

LOCKED = "config.secret_locked"
NO_KEYRING = "config.keyring_missing"
FAILED = "config.keyring_failed"

log = logging.getLogger("trayapp.config")

_NO_REAL_KEYRINGS = ("keyrings.alt.", "keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")
_MISSING = (
    "this machine has no keyring that keeps secrets safe; install and start one, such as gnome-keyring or KWallet, "
    'or use { file = "path" } with mode 0600'
)
_LOCKED = "the keyring is locked; unlock it with the password of your login"


class Vault:
    """Texts by name in the keyring, under one service name. Raises SecretUnavailable for whatever goes wrong."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._asked_to_unlock = False
        self.asking = False
        """The user is being asked for the keyring's password just now. Read by other threads."""

    def get(self, name: str) -> str | None:
        with self._told_plainly():
            return self._open().get_password(self._service, name)

    def set(self, name: str, text: str) -> None:
        """Stores a text, and reads it back to be sure."""
        with self._told_plainly():
            backend = self._open()
            backend.set_password(self._service, name, text)
            if backend.get_password(self._service, name) != text:
                raise SecretUnavailable(FAILED, "the keyring did not keep what it was given")

    def delete(self, name: str) -> None:
        with self._told_plainly():
            self._open().delete_password(self._service, name)

    @contextmanager
    def _told_plainly(self) -> Iterator[None]:
        from keyring.errors import KeyringLocked  # noqa: PLC0415  (its import alone may hang on a broken bus)

        try:
            yield
        except SecretUnavailable:
            raise
        except KeyringLocked as error:
            raise SecretUnavailable(LOCKED, _LOCKED) from error
        except Exception as error:
            log.warning("the keyring failed", exc_info=True)
            reason = plain(str(error)) or type(error).__name__
            raise SecretUnavailable(FAILED, f"the keyring failed: {reason}") from error

    def _open(self) -> KeyringBackend:
        """A keyring that is real and unlocked."""
        for backend in _candidates():
            if not type(backend).__module__.startswith(_NO_REAL_KEYRINGS):
                if type(backend).__module__ == "keyring.backends.SecretService":
                    self._unlock()
                return backend
        raise SecretUnavailable(NO_KEYRING, _MISSING)

    def _unlock(self) -> None:
        """Has the user asked for the password, once; until it is unlocked in whatever way, nobody is asked again.

        keyring would ask at every call, and leaves a connection open whenever the answer is no.
        """
        import secretstorage  # noqa: PLC0415

        with closing(secretstorage.dbus_init()) as bus:
            try:
                collection = secretstorage.get_collection_by_alias(bus, "default")
            except secretstorage.ItemNotFoundException:
                return  # there is nothing yet to unlock; keyring makes it when it stores something
            if collection.is_locked() and not self._asked_to_unlock:
                self._asked_to_unlock = self.asking = True
                try:
                    collection.unlock()
                finally:
                    self.asking = False
            if collection.is_locked():
                raise SecretUnavailable(LOCKED, _LOCKED)
            self._asked_to_unlock = False


def _candidates() -> list[KeyringBackend]:
    """What the user chose for all programs, else whatever works now, the best first.

    keyring itself decides once and for all, so a keyring that starts after us would never be found.
    """
    import keyring.backend  # noqa: PLC0415
    import keyring.core  # noqa: PLC0415

    chosen = keyring.core.load_env() or keyring.core.load_config()
    if chosen is not None:
        return [chosen]
    keyring.backend.get_all_keyring()  # loads the plugins
    viable = keyring.backend.KeyringBackend.get_viable_backends()
    real = [kind for kind in viable if not kind.__module__.startswith(_NO_REAL_KEYRINGS)]
    return [kind() for kind in sorted(real, key=keyring.backend.by_priority, reverse=True)]
