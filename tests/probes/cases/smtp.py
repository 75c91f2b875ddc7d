"""`smtp` in the contract."""

from tests.probes.dialogue import Dialogue

answer = Dialogue(b"220 mail.test ESMTP\r\n", ..., b"250 mail.test\r\n")
