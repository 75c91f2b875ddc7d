"""`tcp` in the contract: accepting is all that it asks for."""

from tests.servers import saying

answer = saying(b"")
