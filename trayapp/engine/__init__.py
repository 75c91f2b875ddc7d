"""Everything but a face: configuration, monitor, history and alerts, joined on one thread.

The tray program and the terminal run the same engine; what differs is who is shown the snapshots
and which ways of telling there are.

    engine.py     builds the parts, begins and ends them; what the faces ask
    in_force.py   what services.toml says, handed to the monitor whenever that changes
    past.py       the history, as the engine's loop awaits it
    broadcast.py  events, to the face and to other processes
    answers.py    what other processes ask through the control socket
"""

from __future__ import annotations

from trayapp.engine.engine import Engine, Faces

__all__ = ["Engine", "Faces"]
