"""I17 once more: evidence quotes the server, and a server may print what it was sent into its error page."""

from __future__ import annotations

import html
import json
import sqlite3
from base64 import b64encode
from pathlib import Path
from urllib.parse import quote, quote_plus

from tests.cli.command import service
from tests.servers import RawServer, until
from trayapp.alerts.traymessage import TrayMessage
from trayapp.config.places import Places
from trayapp.config.secrets import Secrets
from trayapp.core.words import Notification, Snapshot
from trayapp.engine import Engine, Faces
from trayapp.faults import Faults
from trayapp.history.queries import Reader
from trayapp.redaction import Redaction

SECRET = 's3cr3t/of+the="shop" & more'
PASSWORD = "pass:w0rd of the basement"
QUERY = "q7Kd02mmZpX91"
BODY = "inside-the-form-4711"

FORMS = {
    form
    for secret in (SECRET, PASSWORD, QUERY, BODY, f"user:{PASSWORD}")
    for form in (
        *(secret, quote(secret, safe=""), quote_plus(secret), html.escape(secret), json.dumps(secret)[1:-1]),
        *(secret.encode().hex(), secret.upper(), b64encode(secret.encode()).decode().rstrip("=")[:-1]),
    )
}


async def echoing(reader, writer) -> None:
    """Answers 500, and shows everything that it was sent, in its headers too and in every way it knows."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = next((int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0)
    path = head.split()[1]
    values = [value for line in head.splitlines()[1:] if (value := line.partition(": ")[2])]
    form = (await reader.readexactly(length)).decode()
    heard = [path if "?" in path else "", form, *reversed(values)]
    lines = ["Stack trace:", *(text for value in heard if value for text in every_way(value))]
    page = "\n".join(lines).encode()
    headers = "".join(f"X-Seen-{n}: {value}\r\n" for n, value in enumerate(values))
    writer.write(
        f"HTTP/1.1 500 No {values[-1]}\r\nLocation: http://elsewhere.example{path}\r\nX-Path: {path}\r\n{headers}"
        f"Content-Length: {len(page)}\r\n\r\n".encode("latin-1")
        + page
    )
    await writer.drain()


def every_way(sent: str) -> list[str]:
    ways = [sent, html.escape(sent), quote(sent), quote_plus(sent), json.dumps({"sent": sent}), sent.encode().hex()]
    return [*ways, *(b64encode(b"x" * before + sent.encode()).decode() for before in range(3)), sent.upper(), sent[:-3]]


def test_what_a_server_echoes_of_our_secrets_is_in_no_byte_of_the_history(tmp_path: Path) -> None:
    places = Places.under(tmp_path / "home")
    places.prepare()
    environ = {"SHOP": f"Bearer {SECRET}", "BASEMENT": PASSWORD}
    secrets = Secrets(places.keyring_service, folder=places.config, environ=environ, revealed=Redaction().hide)
    told: list[Notification] = []
    snapshots: list[Snapshot] = []
    with RawServer(echoing) as server:
        url = f"http://127.0.0.1:{server.port}/"
        tables = {
            "header": service("header", url, http='headers = { Authorization = { env = "SHOP" } }'),
            "inline": service("inline", url, http=f"headers = {{ X-Shop = {json.dumps(SECRET)} }}"),
            "basic": service("basic", url, http='auth = { user = "user", password = { env = "BASEMENT" } }'),
            "query": service("query", f"{url}?page=2&access_token={QUERY}&more=1"),
            "form": service("form", url, http=f'method = "POST"\nbody = "name=x&field={BODY}"'),
        }
        places.services_toml.write_text("[network]\ncontrol = []\ngateway = false\n" + "".join(tables.values()))
        faces = Faces(snapshots.append, lambda event: None, lambda token: True)
        engine = Engine(places, None, faces, lambda on_action: (TrayMessage(told.append),), Faults(), secrets)
        engine.start()
        try:
            until(lambda: snapshots and all(view.belief.incident for view in snapshots[-1].services), 20)
            until(lambda: told, 20)
        finally:
            assert engine.stop("test")
    with sqlite3.connect(places.history_db) as connection:
        kept = dict(connection.execute("SELECT incident, body FROM evidence WHERE part = 'opening'"))
    connection.close()
    assert len(kept) == len(tables)
    for incident in kept:
        opening, _ = Reader(places.history_db).evidence(incident)
        assert opening is not None
        assert "Stack trace" in opening.exhibit["body"]  # there is something to hide it in
        assert "***" in opening.exhibit["body"]
    written = {path.name: path.read_bytes() for path in places.home.rglob("*") if path.is_file()}
    del written["services.toml"]  # where the user wrote some of them down
    for form in FORMS:
        assert [name for name, content in written.items() if form.encode() in content] == []
        assert [text for text in map(repr, (*snapshots[1:], *told)) if form in text and form != QUERY] == []
