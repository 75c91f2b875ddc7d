"""`imap` in the contract."""

from tests.probes.dialogue import Dialogue

answer = Dialogue(b"* OK ready\r\n")
