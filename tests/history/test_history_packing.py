"""An hour of checks in a few hundred bytes, all of them there again; and bytes that are none do no harm."""

from __future__ import annotations

import random
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.history.past import NOON
from trayapp.history.packing import HOUR, MOST, PackedCheck, pack, unpack

ats = st.integers(-HOUR, HOUR) | st.integers(NOON, NOON + HOUR) | st.integers(0, 300).map(lambda n: NOON + 60_000 * n)
checks = st.builds(
    PackedCheck,
    at=ats,
    took=st.integers(-5_000, 300_000),
    latency_us=st.none() | st.integers(0, 300_000_000) | st.just(2**53),
    reason=st.integers(1, 4) | st.integers(1, 2**40),
)
hours = st.lists(checks, min_size=1, max_size=80, unique_by=lambda check: check.at).map(sorted)


def an_hour(seed: int, step: int = 60_000) -> list[PackedCheck]:
    """As a real one: a little late now and then, latency as it is in the field, a timeout in between."""
    chance = random.Random(seed)
    found = []
    for n in range(HOUR // step):
        latency = chance.lognormvariate(4.4, 0.4)
        at = NOON + n * step + int(chance.expovariate(0.3))
        ok = PackedCheck(at, int(latency) + chance.randint(0, 2), int(latency * 1000), 3)
        found.append(PackedCheck(at, 10_004, None, 17) if chance.random() < 0.02 else ok)
    return found


@given(hours)
def test_what_is_packed_is_unpacked_again(hour: list[PackedCheck]) -> None:
    assert unpack(pack(hour)) == hour


@pytest.mark.parametrize("step", [60_000, 10_000])
def test_a_check_takes_less_than_six_bytes(step: int) -> None:
    packed = [pack(an_hour(seed, step)) for seed in range(20)]
    assert sum(map(len, packed)) < 6 * 20 * (HOUR // step)
    assert unpack(packed[7]) == an_hour(7, step)


@given(hours, st.data())
def test_damaged_bytes_are_called_damaged_or_are_checks_in_order(hour: list[PackedCheck], data: st.DataObject) -> None:
    packed = bytearray(pack(hour))
    where = data.draw(st.integers(0, len(packed) - 1))
    packed[where] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(packed), bytes(packed[:where])):
        try:
            found = unpack(damaged)
        except ValueError:
            continue
        assert found == sorted(found)
        assert unpack(pack(found)) == found


def deflated(plain: bytes) -> bytes:
    squeeze = zlib.compressobj(wbits=-15)
    return b"\x02" + squeeze.compress(plain) + squeeze.flush()


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x01",
        b"\x09abc",
        b"\x02abc",
        b"\x01" + b"\xff" * 40,
        b"\x01\x05\x00\x00\x01\x02\xff\xff\xff\x7f" + b"\x00" * 30,
        deflated(bytes(50_000_000)),
        pack(an_hour(1)) + b"more",
    ],
    ids=["empty", "headless", "unknown", "not deflated", "endless number", "too many", "bomb", "tail"],
)
def test_what_no_hour_was_packed_into_is_refused(hostile: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        unpack(hostile)


def test_only_checks_in_order_are_packed() -> None:
    one, two = an_hour(1)[:2]
    for wrong in ([], [two, one], [one, one]):
        with pytest.raises(ValueError, match="one after the other"):
            pack(wrong)
    with pytest.raises(ValueError, match="not too many"):
        pack([PackedCheck(n, 1, 1, 1) for n in range(MOST + 1)])


def test_an_hour_as_full_as_it_may_be_is_packed_too() -> None:
    full = [PackedCheck(n * 36, n % 700, n * 7919 % 100_000, n % 3) for n in range(MOST)]
    assert unpack(pack(full)) == full
