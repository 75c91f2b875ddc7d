"""`ftp` in the contract."""

from tests.probes.dialogue import Dialogue

answer = Dialogue(b"220 ready\r\n")
