"""Pictures of the settings and of the first page, drawn offscreen in whatever colours they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QTabBar, QWidget

from tests.ui.settings.little_world import GOOD, PLANNED, TEXT, Program, desktop_rows, history_rows, machine_rows
from tests.ui.world import NOW, picture
from trayapp.config.proposal import understood
from trayapp.core.words import Finding, Outcome
from trayapp.probes import PROBES
from trayapp.ui.bridge import Bridge
from trayapp.ui.first_run import FirstRunPage
from trayapp.ui.palette import Appearance
from trayapp.ui.settings.add_dialog import AddDialog
from trayapp.ui.settings.conflict import ConflictDialog
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.dress import style_sheet
from trayapp.ui.settings.form_pane import FormPane
from trayapp.ui.settings.secret_dialog import SecretDialog

BAD = Finding(
    Outcome.CRITICAL,
    "http.status",
    message="HTTP 503 Service Unavailable",
    latency_ms=1_245.0,
    phases_ms={"dns": 12.0, "connect": 31.0, "tls": 58.0, "first_byte": 1_144.0},
    address="192.0.2.7",
    answered=True,
)


def shots(appearance: Appearance) -> Iterator[tuple[str, QWidget]]:
    """Name and widget of every picture, ready to be grabbed; each is gone when the next is asked for."""
    for name, make in SHOTS.items():
        widget = make(appearance)
        widget.show()
        QTest.qWait(300)
        yield name, widget
        widget.deleteLater()


def services(appearance: Appearance) -> QWidget:
    """A service as it is found."""
    return _dialog(appearance)[0]


def a_fault_and_a_result(appearance: Appearance) -> QWidget:
    """It was tried, and then its address was mistyped."""
    dialog, program = _dialog(appearance)
    _pane(dialog).try_asked.emit()
    program.answer(GOOD)
    QTest.qWait(50)
    address = _pane(dialog).form.field("http.url").editor.field
    assert isinstance(address, QLineEdit)
    address.selectAll()
    QTest.keyClicks(address, "htp://twitter.com/")
    return dialog


def more_and_a_bad_result(appearance: Appearance) -> QWidget:
    """The rarer keys, with headers of which one is a secret."""
    dialog, program = _dialog(appearance)
    dialog.resize(940, 2300)
    _pane(dialog).form.open_more()
    _pane(dialog).try_asked.emit()
    program.answer(BAD)
    return dialog


def removed(appearance: Appearance) -> QWidget:
    """A service was removed, and may come back."""
    dialog, _ = _dialog(appearance)
    dialog.pages.services.remove("github")
    return dialog


def notifications(appearance: Appearance) -> QWidget:
    """When nothing rings, how often it rings again, and what is told."""
    dialog = _on_page(appearance, 2, Program(PLANNED))
    dialog.resize(940, 1130)
    return dialog


def quiet_hours_with_a_fault(appearance: Appearance) -> QWidget:
    """Quiet hours that are never over."""
    dialog = _on_page(appearance, 2, Program(PLANNED.replace('to = "07:00"', 'to = "22:00"')))
    dialog.resize(760, 520)
    return dialog


def maintenance(appearance: Appearance) -> QWidget:
    """What is planned, one of it in a night in which the clock changes."""
    return _on_page(appearance, 1, Program(PLANNED))


def maintenance_of_the_month(appearance: Appearance) -> QWidget:
    """Days of the month to choose from, and a fault, in a narrow window."""
    dialog = _on_page(appearance, 1, Program(PLANNED.replace('"Europe/Berlin"', '"Europe/Berlni"')))
    dialog.pages.maintenance.side.choose("patches")
    dialog.resize(760, 1180)
    return dialog


def maintenance_none(appearance: Appearance) -> QWidget:
    """Nothing is planned."""
    return _on_page(appearance, 1)


def network(appearance: Appearance) -> QWidget:
    """Who is asked after a failure."""
    return _on_page(appearance, 3)


def network_with_a_fault(appearance: Appearance) -> QWidget:
    """A target that is none."""
    return _on_page(appearance, 3, Program(TEXT + '[network]\ncontrol = ["https://one.example/", "two.example"]\n'))


def history(appearance: Appearance) -> QWidget:
    """What is remembered, and for how long."""
    return _on_page(appearance, 4)


def machine(appearance: Appearance) -> QWidget:
    """What this machine gives us."""
    return _on_page(appearance, 5)


def empty(appearance: Appearance) -> QWidget:
    """No service yet."""
    return _dialog(appearance, Program(""))[0]


def broken(appearance: Appearance) -> QWidget:
    """A file that is no TOML."""
    return _dialog(appearance, Program('[services.twitter]\nname = "Twitter\n'))[0]


def add(appearance: Appearance) -> QWidget:
    """An address on its way to becoming a service."""
    dialog = AddDialog(understood, {kind.title: kind.example for kind in PROBES.values()})
    dialog.setStyleSheet(style_sheet(appearance.colours))
    _type(dialog, "db-1.lan:5432")
    return dialog


def secret(appearance: Appearance) -> QWidget:
    """A value on its way to the keyring."""
    dialog = SecretDialog(Program().set_secret, Bridge(), "https://twitter.com", "twitter-token", "geheim12")
    dialog.setStyleSheet(style_sheet(appearance.colours))
    return dialog


def conflict(appearance: Appearance) -> QWidget:
    """Two texts, and a choice."""
    mine = Program().file.replace("Joyent", "NTT")
    theirs = Program().file.replace('name = "GitHub"', 'name = "GitHub"\ninterval = "5m"')
    dialog = ConflictDialog(mine, theirs, appearance)
    dialog.setStyleSheet(style_sheet(appearance.colours))
    return dialog


def first_run(appearance: Appearance) -> QWidget:
    """The first page, understanding what is typed."""
    page = FirstRunPage(understood, appearance)
    page.resize(440, 600)
    _type(page, "example.org")
    return page


SHOTS: Mapping[str, Callable[[Appearance], QWidget]] = {
    "settings": services,
    "settings-fault": a_fault_and_a_result,
    "settings-more": more_and_a_bad_result,
    "settings-removed": removed,
    "settings-notifications": notifications,
    "settings-quiet": quiet_hours_with_a_fault,
    "settings-maintenance": maintenance,
    "settings-maintenance-month": maintenance_of_the_month,
    "settings-maintenance-none": maintenance_none,
    "settings-network": network,
    "settings-network-fault": network_with_a_fault,
    "settings-history": history,
    "settings-machine": machine,
    "settings-empty": empty,
    "settings-broken": broken,
    "settings-add": add,
    "settings-secret": secret,
    "settings-conflict": conflict,
    "first-run": first_run,
}


def _dialog(appearance: Appearance, program: Program | None = None) -> tuple[SettingsDialog, Program]:
    program = program or Program()
    bridge = Bridge()
    dialog = SettingsDialog(
        program,
        bridge,
        appearance,
        PROBES,
        desktop_rows,
        history_rows,
        machine_rows,
        lambda: NOW,
        ZoneInfo("Europe/Berlin"),
    )
    bridge.setParent(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    dialog.show_snapshot(picture())
    return dialog, program


def _on_page(appearance: Appearance, page: int, program: Program | None = None) -> SettingsDialog:
    dialog, _ = _dialog(appearance, program)
    dialog.findChild(QTabBar).setCurrentIndex(page)
    return dialog


def _pane(dialog: SettingsDialog) -> FormPane:
    return dialog.findChild(FormPane)


def _type(widget: QWidget, text: str) -> None:
    QTest.keyClicks(widget.findChild(QLineEdit), text)
