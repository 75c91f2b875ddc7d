"""The faults of text: whatever a server says and whatever a service is called, it is shown, kept and never obeyed.

That a notification daemon shows markup and does not obey it is seen in tests/desktop/test_notifications.py.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from tests.faults.table import Row, keep
from tests.history.past import WAIT, Faults, a_history
from tests.probes.asking import ask
from tests.servers import Behaviour, HttpServer, RawServer
from trayapp.cli import show
from trayapp.config.load import load_file, parse
from trayapp.config.save import add_service, new_id, save
from trayapp.core import wording
from trayapp.core.words import CheckResult, Finding, Incident, Outcome, Service, Status, StatusChange
from trayapp.history.queries import Reader
from trayapp.log import open_log
from trayapp.probes import probe_for
from trayapp.probes.ssh import Ssh
from trayapp.probes.tls import Tls
from trayapp.redaction import Redaction

NOON = 1_790_000_000_000
LONGEST_NAME = 200

STRANGE = {
    "markup": '<b>bold</b> <img src="file:///etc/passwd"> <a href="x">link</a>',
    "a script": "<script>alert(1)</script>",
    "right to left": "exe.\u202egnp",
    "nothing to be seen": "a\u200b\u2060\ufeffb",
    "NUL": "a\x00b",
    "colours of a terminal": "\x1b[31mred\x1b]0;title\x07",
    "several lines": "one\r\ntwo\nthree\u2028four",
    "a way out of a folder": "../../../etc/passwd",
    "a formula": "=cmd|' /C calc'!A0",
    "orders to a shell": "$(reboot); `reboot` && %s %n {0}",
    "faces": "👩‍👩‍👧 é 🏴\U000e0067\U000e007f",
    "markup of a console": "[bold]x[/] [/red] [link=file:///x]y[/link]",
    "10 kB": "long " * 2000,
}


def saying(words: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(words)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    return behave


def one_line(text: str, most: int = 200) -> bool:
    """It shows what it holds, in one line that a popup has room for."""
    return text.isprintable() and 0 < len(text) <= most and text == wording.plain(text, most)


@pytest.mark.parametrize("what", STRANGE)
def test_what_a_server_says_is_told_in_one_plain_line(
    what: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D5" if what in ("markup", "a script", "markup of a console") else "D6", f"a greeting with {what}")
    with RawServer(saying(STRANGE[what].encode() * (10 if what == "10 kB" else 1) + b"\r\n")) as server:
        row.begin()
        finding = ask(Ssh("127.0.0.1", server.port))
        row.seen(finding.outcome.name, finding.cause)
    keep(row, record_property)
    assert finding.outcome is Outcome.CRITICAL
    assert finding.cause in ("ssh.refused", "protocol")  # what stands before SSH's own line says why; nothing is none
    assert one_line(finding.message)
    title, body = wording.down(called("x"), incident(finding), NOON + 9000)
    assert one_line(title)
    assert one_line(body)
    assert len(lines_logged(tmp_path / "log", STRANGE[what])) == 1
    if what == "markup":
        assert "<b>bold</b>" in body  # as it is: whoever shows it in a place with markup escapes it there


def in_a_notification(name: str, _folder: Path) -> None:
    for title, body in (
        wording.down(called(name), incident(Finding(Outcome.CRITICAL, message=name)), NOON + 9000),
        wording.recovered(called(name), incident(Finding(Outcome.CRITICAL, message=name)), NOON + 9000),
    ):
        assert one_line(title)
        assert one_line(body)


def in_the_log(name: str, folder: Path) -> None:
    assert len(lines_logged(folder / "log", name)) == 1


def in_a_terminal(name: str, _folder: Path) -> None:
    paper = io.StringIO()
    console = Console(file=paper, highlight=False, markup=False, emoji=False, width=80)
    told = {"status": "UNKNOWN", "reason": "new", "why": name, "snoozed_until": None, "when_back": False}
    console.print(show.services_table([{"name": name, "group": name, **told}], NOON, 80))
    lines = paper.getvalue().splitlines()
    assert len(lines) == 2  # the group and the service
    assert all(line.isprintable() and len(line) <= 80 for line in lines)


def in_the_settings(name: str, folder: Path) -> None:
    """What can be a name is kept to the letter, and no file is called after it."""
    id_ = new_id(name, ())
    assert re.fullmatch(r"[a-z0-9-]{1,60}", id_)
    if len(name) > LONGEST_NAME:
        (fault,) = parse(f"[services.x]\nname = {json.dumps(name)}\ntcp = {{ host = 'a.test', port = 1 }}\n").faults
        assert one_line(str(fault))
        return
    text = add_service("", id_, {"name": name, "tcp": {"host": "a.test", "port": 1}})
    save(folder / "services.toml", text, "")
    loaded = load_file(folder / "services.toml")
    assert loaded.settings is not None, loaded.faults
    assert [(each.id, each.name) for each in loaded.settings.services] == [(id_, name)]


def in_the_history(name: str, folder: Path) -> None:
    faults = Faults()
    history = a_history(folder / "history.db", faults)
    history.register([called(name)], NOON)
    began = incident(Finding(Outcome.CRITICAL, name, message=name))
    history.commit([StatusChange("x", NOON, NOON, Status.UP, Status.DOWN, incident=began)])
    history.record(CheckResult("x", NOON, NOON + 1, Finding(Outcome.CRITICAL, name, message=name)))
    assert history.close(WAIT)
    (kept,) = Reader(folder / "history.db").incidents(NOON - 1, NOON + 1)
    assert (kept.cause, kept.message) == (name, name)
    assert faults == []


SINKS = (in_a_notification, in_the_log, in_a_terminal, in_the_settings, in_the_history)


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.__name__)
def test_whatever_a_service_is_called_nothing_but_its_name_comes_of_it(
    sink: Callable[[str, Path], None], tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    row = Row("D7", f"a service with a hostile name, {sink.__name__.replace('_', ' ')}")
    try:
        for number, name in enumerate(STRANGE.values()):
            folder = tmp_path / str(number)
            folder.mkdir()
            sink(name, folder)
            row.seen(f"{number + 1} of {len(STRANGE)} safe", "")
    finally:
        keep(row, record_property)
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(map(str, range(len(STRANGE))))


OPENING = (
    b"<?xml version='1.0'?><!DOCTYPE x [%s]>"
    b"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"
)
LAUGHS = b"<!ENTITY a0 'ha'>" + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
BOMBS = {
    "a billion laughs": OPENING % LAUGHS + b"<stream:features>&a11;</stream:features>",
    "quadratic": OPENING % b"<!ENTITY a '%s'>" % (b"x" * 50_000) + b"<f>" + b"&a;" * 20_000 + b"</f>",
    "300,000 deep": OPENING % b"" + b"<a>" * 300_000,
    "something to be fetched": OPENING % b"<!ENTITY a SYSTEM 'http://127.0.0.1:%d/'>" + b"<f>&a;</f>",
}


@pytest.mark.parametrize("what", BOMBS)
def test_xml_that_does_harm_is_read_as_tags_and_nothing_else(
    what: str, record_property: Callable[[str, object], None]
) -> None:
    """XMPP is the one protocol here that speaks XML, and what it says before TLS is all that is read of it."""
    row = Row("D3", f"XMPP with XML that does harm: {what}")
    with HttpServer() as fetched:
        bomb = BOMBS[what]
        words = bomb.replace(b"%d/", b"%d/" % fetched.port) if b"SYSTEM" in bomb else bomb
        with RawServer(saying(words)) as server:
            row.begin()
            finding = ask(Tls("127.0.0.1", server.port, starttls="xmpp"))
            row.seen(finding.outcome.name, finding.cause)
        assert fetched.accepted == 0
    keep(row, record_property)
    assert finding.outcome is Outcome.CRITICAL
    assert finding.cause in ("protocol", "tls.starttls")
    assert one_line(finding.message)


def called(name: str) -> Service:
    return Service(id="x", name=name, probe=probe_for("ssh://127.0.0.1"))


def incident(finding: Finding) -> Incident:
    return Incident(1, "x", NOON, NOON + 1, cause=finding.cause, message=finding.message)


def lines_logged(path: Path, text: str) -> list[str]:
    log = open_log(path, Redaction())
    logging.getLogger("trayapp.test").warning("it said %s", text)
    log.close()
    return path.read_text().splitlines()
