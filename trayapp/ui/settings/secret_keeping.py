"""Everything that goes from the form to the keyring: a value asked for, and a password found in an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from trayapp.config.origins import origin_of
from trayapp.core.wording import plain
from trayapp.ui.bridge import Bridge
from trayapp.ui.settings.moving import Password, password_in
from trayapp.ui.settings.offer_bar import OfferBar
from trayapp.ui.settings.secret_dialog import SecretDialog
from trayapp.ui.settings.tables import Table
from trayapp.ui.settings.text_editor import TextEditor

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


class SecretKeeping(QObject):
    """`table_changed` carries the id and the new table of a service whose password went to the keyring."""

    table_changed = Signal(str, object)

    def __init__(self, set_secret: Callable[[str, str, str], Future[None]], bridge: Bridge, page: QWidget) -> None:
        super().__init__(page)
        self._set_secret, self._bridge, self._page = set_secret, bridge, page
        self._table: Table = {}
        self._moving: dict[Future[None], tuple[Password, Table]] = {}
        self.bar = OfferBar("&Keep it in the keyring", page)
        self.bar.taken.connect(self._move)

    def look_at(self, service_id: str, table: Table, faults: Mapping[str, str]) -> Mapping[str, str]:
        """Offer the keyring for a password in an address, and say at that field why it cannot stay."""
        self._table = table
        password = password_in(service_id, table)
        if password is None:
            self.bar.withdraw()
            return faults
        self.bar.offer("The address has a password in it, which is not written into the file.", password)
        sentence = "has a password in it; keep that in the keyring"
        return {path: words for path, words in faults.items() if path} | {password.path: sentence}

    def ask(self, editor: TextEditor, service_id: str, target: str) -> None:
        """Ask for the value of one text, to be sent to this target alone."""
        suggested = editor.secret_name or NOT_IN_NAMES.sub("-", f"{service_id}-{editor.called}".lower())[:100]
        origin = origin_of(target)
        dialog = SecretDialog(self._set_secret, self._bridge, origin, suggested, editor.written, self._page)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.kept.connect(editor.keep_secret)
        dialog.rejected.connect(editor.give_up_secret)
        dialog.open()

    def keep(self, name: str, value: str, target: str) -> Future[None]:
        """Put a value into the keyring without asking; a failure is told in the bar."""
        future = self._set_secret(name, value, origin_of(target))
        self._bridge.when_done(future, self._answered)
        return future

    @Slot(object)
    def _move(self, password: Password) -> None:
        url = password.credentials.url
        self._moving[self.keep(password.secret, password.credentials.authorization, url)] = (password, self._table)

    def _answered(self, future: Future[None]) -> None:
        moving = self._moving.pop(future, None)
        if future.cancelled() or (error := future.exception()) is None:
            if moving is not None and not future.cancelled():
                password, table = moving
                self.table_changed.emit(password.service, password.moved_out(table))
            return
        sentence = f"The keyring did not take it: {plain(str(error), 200)}"
        self.bar.offer(sentence, moving[0] if moving else None)
