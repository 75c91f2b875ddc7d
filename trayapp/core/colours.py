"""The colours, light and dark, for the screen and for reports alike: quiet grounds, one accent, one for each status.

Text colours keep a contrast of at least 4.5 : 1 on both grounds; tests hold them to it. Where a status colour is too
pale for letters, it has a darker sister for them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scheme:
    """One scheme, as "#rrggbb". `ground` is the window, `raised` what lies on it, `edge` the border of what
    can be typed into, `soft` is for what matters less."""

    dark: bool
    ground: str
    raised: str
    line: str
    edge: str
    stub: str
    ink: str
    soft: str
    accent: str
    on_accent: str
    up: str
    degraded: str
    down: str
    paused: str
    unknown: str
    degraded_text: str
    down_text: str


LIGHT = Scheme(
    dark=False,
    ground="#fbfbfa",
    raised="#ffffff",
    line="#e4e4e2",
    edge="#cfcfcc",
    stub="#e4e4e2",
    ink="#1c1c1e",
    soft="#6a6a6f",
    accent="#2f6fde",
    on_accent="#ffffff",
    up="#2e9e5b",
    degraded="#e0a100",
    down="#d6342c",
    paused="#3e7bd6",
    unknown="#6e6e73",
    degraded_text="#8a6100",
    down_text="#cc2d25",
)

DARK = Scheme(
    dark=True,
    ground="#1b1c1e",
    raised="#242628",
    line="#34363a",
    edge="#4a4d52",
    stub="#34363a",
    ink="#f2f2f3",
    soft="#9a9aa0",
    accent="#6ea0ff",
    on_accent="#0d1a33",
    up="#3db873",
    degraded="#e8b339",
    down="#f0574e",
    paused="#5e97ea",
    unknown="#9a9aa0",
    degraded_text="#e8b339",
    down_text="#f4675e",
)
