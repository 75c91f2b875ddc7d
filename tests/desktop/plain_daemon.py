"""A notification daemon of few means, run as a program: its arguments are its capabilities.

One that begins with "refuses:" says what it refuses instead: "buttons", "words" (more than forty characters in all) or
"everything". With "keeps:FILE" it writes down what it took, a line of JSON each.

It shows nothing. If it has "actions", somebody presses the last action of each notification at once:
the answer, an activation token and the click leave in one write.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"
ITSELF = DBusAddress("/org/freedesktop/Notifications", interface=NAME)


def refused(call: Message, refuses: set[str]) -> bool:
    _, _, _, title, body, buttons, _, _ = call.body
    too_long = "words" in refuses and len(title) + len(body) > 40
    return "everything" in refuses or too_long or ("buttons" in refuses and bool(buttons))


def answers(call: Message, arguments: list[str]) -> list[Message]:
    told = dict(each.split(":", 1)[::-1] for each in arguments if ":" in each)
    capabilities = [each for each in arguments if ":" not in each]
    if call.header.fields[HeaderFields.member] == "GetCapabilities":
        return [new_method_return(call, "as", (capabilities,))]
    if call.header.fields[HeaderFields.member] != "Notify":
        return []
    if refused(call, {what for what, word in told.items() if word == "refuses"}):
        return [new_error(call, f"{NAME}.Error", "s", ("not this one",))]
    for path in (what for what, word in told.items() if word == "keeps"):
        with Path(path).open("a") as file:
            file.write(json.dumps(call.body[3:6]) + "\n")
    if told:
        return [new_method_return(call, "u", (7,))]
    shown = [new_method_return(call, "u", (7,))]
    if "actions" in capabilities:
        shown.append(new_signal(ITSELF, "ActivationToken", "us", (7, "token of this click")))
        shown.append(new_signal(ITSELF, "ActionInvoked", "us", (7, call.body[5][-2])))
    return shown


def main() -> None:
    connection = open_dbus_connection()
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            parts = [each.serialise(next(connection.outgoing_serial)) for each in answers(message, sys.argv[1:])]
            connection.sock.sendall(b"".join(parts))


if __name__ == "__main__":
    main()
