"""[network] and [notifications]."""

from __future__ import annotations

import pytest

from trayapp.config.load import parse
from trayapp.config.surroundings import Network, Notifications


def test_control_targets_may_be_chosen_and_emptied() -> None:
    chosen = parse('[network]\ncontrol = ["https://a.example/", "tcp://[::1]:443", "dns:example.com"]\n').settings
    emptied = parse("[network]\ncontrol = []\ngateway = false\n").settings
    assert chosen is not None
    assert emptied is not None
    assert chosen.network == Network(control=("https://a.example/", "tcp://[::1]:443", "dns:example.com"))
    assert emptied.network == Network(control=(), gateway=False)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("ftp://a/", 'network.control[0]: must be like "https://example.com/", not "ftp://a/" (line 2)'),
        ("a.example", 'network.control[0]: must be like "https://example.com/", not "a.example" (line 2)'),
        ("dns:a b", 'network.control[0]: must be like "https://example.com/", not "dns:a b" (line 2)'),
        ("tcp://a.example", 'network.control[0]: tcp needs a port: "a.example:22", for example (line 2)'),
        ("tcp://a.example:99999", 'network.control[0]: not a port from 1 to 65535: "99999" (line 2)'),
        ("https:///x", 'network.control[0]: not a URL: "https:///x" (line 2)'),
        ("https://[::1/", 'network.control[0]: not a URL: "https://[::1/" (line 2)'),
    ],
)
def test_a_control_target_must_name_whom_to_ask(target: str, said: str) -> None:
    loaded = parse(f'[network]\ncontrol = ["{target}"]\n')
    assert [str(fault) for fault in loaded.faults] == [said]
    assert loaded.settings is not None
    assert loaded.settings.network == Network()
    assert loaded.wrong == ("network",)


def test_every_target_that_is_none_is_named() -> None:
    loaded = parse('[network]\ncontrol = ["https://a.example/", "tcp://a.example", "https:///x"]\n')
    assert [fault.path for fault in loaded.faults] == ["network.control[1]", "network.control[2]"]


def test_the_usual_control_targets_pass_their_own_check() -> None:
    written = ", ".join(f'"{target}"' for target in Network().control)
    assert parse(f"[network]\ncontrol = [{written}]\n").faults == ()


def test_reminders_come_every_four_hours_or_as_often_as_is_written_or_never() -> None:
    assert Notifications().reminder == 4 * 3_600_000
    for written, ms in (("30m", 1_800_000), ("0s", 0)):
        chosen = parse(f'[notifications]\nreminder = "{written}"\n').settings
        assert chosen is not None
        assert chosen.notifications.reminder == ms
    assert "at most 7d" in str(parse('[notifications]\nreminder = "8d"\n').faults[0])
