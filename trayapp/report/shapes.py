"""The shapes of the statuses, as one SVG that the whole page draws from: told without their colours too.

✓ circle: up · ! triangle: degraded · ✕ rounded square: down · ? ring: not observed · ‖ disc: maintenance, paused.
"""

from __future__ import annotations

from trayapp.core.words import Status

CLASS = {
    Status.UP: "up",
    Status.DEGRADED: "degraded",
    Status.DOWN: "down",
    Status.UNKNOWN: "unknown",
    Status.MAINTENANCE: "held",
    Status.PAUSED: "held",
}
"""By which the style knows a status, and its shape."""

_STROKE = 'fill="none" stroke="#fff" stroke-linecap="round" stroke-linejoin="round"'

SHAPES = f"""<svg width="0" height="0" aria-hidden="true" class="away">
<symbol id="up" viewBox="0 0 24 24"><circle class="up" cx="12" cy="12" r="12"/>
<path {_STROKE} stroke-width="2.8" d="M6.9 12.6l3.5 3.4 6.7-7.4"/></symbol>
<symbol id="degraded" viewBox="0 0 24 24">
<path class="degraded edged" stroke-width="2.4" stroke-linejoin="round" d="M12 1.6l11.6 19.8H.4z"/>
<path {_STROKE} stroke-width="2.8" d="M12 8.6v4.8"/><circle fill="#fff" cx="12" cy="17.9" r="1.7"/></symbol>
<symbol id="down" viewBox="0 0 24 24"><rect class="down" width="24" height="24" rx="5"/>
<path {_STROKE} stroke-width="3.3" d="M7.6 7.6l8.8 8.8m0-8.8l-8.8 8.8"/></symbol>
<symbol id="unknown" viewBox="0 0 24 24"><g class="ring" fill="none" stroke-linecap="round">
<circle cx="12" cy="12" r="10.65" stroke-width="2.7"/>
<path stroke-width="2.3" d="M8.9 9.6c0-4.2 6.2-4.2 6.2-.1 0 2.5-3.1 2.3-3.1 4.7m0 3.4v.01"/></g></symbol>
<symbol id="held" viewBox="0 0 24 24"><circle class="held" cx="12" cy="12" r="12"/>
<path fill="#fff" d="M7.7 6.8h2.9v10.4H7.7zm5.7 0h2.9v10.4h-2.9z"/></symbol>
</svg>"""


def shape(status: Status) -> str:
    """The shape alone, to stand beside its word."""
    return f'<svg class="shape" aria-hidden="true"><use href="#{CLASS[status]}"/></svg>'
