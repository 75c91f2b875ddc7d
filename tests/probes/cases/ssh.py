"""`ssh` in the contract."""

from tests.probes.dialogue import Dialogue

answer = Dialogue(b"SSH-2.0-OpenSSH_9.2\r\n")
