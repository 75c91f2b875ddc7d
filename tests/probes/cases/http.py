"""`http` in the contract."""

from tests.servers import saying

answer = saying(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
