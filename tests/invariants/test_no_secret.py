"""I17: whatever a server does with the secret it was sent, no file, event or notification of ours holds it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.cli.command import service
from tests.servers import RawServer, saying, until
from trayapp.alerts.traymessage import TrayMessage
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.core.words import Notification, Snapshot
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults
from trayapp.log import open_log
from trayapp.redaction import Redaction

TOKEN = "Bearer s3cr3t/of+the=shop"
SECRET = "s3cr3t/of+the=shop"
FORMS = {SECRET, quote(SECRET, safe=""), json.dumps(SECRET)[1:-1], b64encode(TOKEN.encode()).decode()}

ANSWERS = {
    "status": f"HTTP/1.1 503 {TOKEN}\r\nContent-Length: 0\r\n\r\n",
    "body": f"HTTP/1.1 500 No\r\nContent-Length: {len(TOKEN)}\r\n\r\n{TOKEN}",
    "header": f"HTTP/1.1 403 No\r\nX-Your-Token: {TOKEN}\r\nSet-Cookie: t={SECRET}\r\nContent-Length: 0\r\n\r\n",
    "location": f"HTTP/1.1 302 Go\r\nLocation: http://127.0.0.1:1/?token={SECRET}\r\nContent-Length: 0\r\n\r\n",
    "nonsense": f"{TOKEN}\r\n\r\n",
    "length": f"HTTP/1.1 200 OK\r\nContent-Length: {TOKEN}\r\n\r\n",
    "encoding": f"HTTP/1.1 200 OK\r\nContent-Encoding: {SECRET}\r\nContent-Length: 2\r\n\r\nok",
}


@contextmanager
def servers() -> Iterator[dict[str, RawServer]]:
    """One that answers in each of these ways."""
    began: dict[str, RawServer] = {}
    try:
        for name, answer in ANSWERS.items():
            began[name] = RawServer(saying(answer.encode())).__enter__()
        yield began
    finally:
        for server in began.values():
            server.__exit__(None, None, None)


def test_no_byte_that_is_written_holds_a_secret(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    places = Places.under(tmp_path / "home")
    places.prepare()
    redaction = Redaction()
    secrets = Secrets(places.keyring_service, folder=places.config, environ={"SHOP": TOKEN}, revealed=redaction.hide)
    events: list[dict[str, Any]] = []
    snapshots: list[Snapshot] = []
    told: list[Notification] = []
    header = 'headers = { Authorization = { env = "SHOP" } }'
    log = open_log(places.log_file, redaction)
    try:
        with servers() as those:
            tables = [service(name, f"http://127.0.0.1:{server.port}/", http=header) for name, server in those.items()]
            places.services_toml.write_text("[network]\ncontrol = []\ngateway = false\n" + "".join(tables))
            faces = Faces(snapshots.append, events.append, lambda token: True)
            engine = Engine(places, None, faces, lambda on_action: (TrayMessage(told.append),), Faults(), secrets)
            engine.start()
            try:
                until(lambda: {e["service"] for e in list(events) if e["event"] == "incident_opened"} or told, 20)
                until(lambda: all(len(checks(events, name)) >= 4 for name in ANSWERS), 20)
                until(lambda: told, 20)
            finally:
                assert engine.stop("test")
    finally:
        log.close()
    written = {path.name: path.read_bytes() for path in places.home.rglob("*") if path.is_file()}
    assert {"services.toml", "history.db"} <= written.keys()
    said = [*map(repr, (*events, *snapshots, *told)), *capfd.readouterr()]
    for form in FORMS:
        assert [name for name, content in written.items() if form.encode() in content] == []
        assert [text for text in said if form in text] == []


def checks(events: list[dict[str, Any]], service_: str) -> list[dict[str, Any]]:
    return [e for e in list(events) if e["event"] == "check" and e["service"] == service_]
