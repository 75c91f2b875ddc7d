"""I10: a share as a person reads it, against exact fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tests.invariants.lives import tried
from trayapp.core.timeline import Tally, percent

_times = st.one_of(st.integers(0, 10), st.integers(0, 10**12), st.just(0))


@tried()
@given(up=_times, degraded=_times, down=_times)
def test_a_share_is_cut_and_never_rounded_up(up: int, degraded: int, down: int) -> None:
    known = up + degraded + down
    shown = percent(Tally(up, degraded, down, unknown=7, paused=9).availability)
    if not known:
        assert shown == "—"
        return
    exact = Fraction(100 * (up + degraded), known)
    number = Fraction(shown.removesuffix(" %"))
    traces = number == Fraction(1, 100) and 0 < exact < Fraction(1, 100)
    assert number <= exact < number + Fraction(1, 100) or traces
    assert (shown == "100 %") == (down == 0)
    assert (shown == "0 %") == (up + degraded == 0)
