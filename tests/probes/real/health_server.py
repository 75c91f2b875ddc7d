"""The program that GrpcHealth starts: a gRPC server of grpcio with its health service.

python -P health_server.py PORT [CHAIN KEY] [--without-health]
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

SAID = health_pb2.HealthCheckResponse
STATUSES = {"up": SAID.SERVING, "down": SAID.NOT_SERVING, "unsure": SAID.UNKNOWN}


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--without-health"]
    server = grpc.server(ThreadPoolExecutor(2))
    if words == sys.argv[1:]:
        servicer = health.HealthServicer()
        for name, status in STATUSES.items():
            servicer.set(name, status)
        health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    where = f"127.0.0.1:{words[0]}"
    if len(words) > 1:
        chain, key = (Path(word).read_bytes() for word in words[1:3])
        server.add_secure_port(where, grpc.ssl_server_credentials([(key, chain)]))
    else:
        server.add_insecure_port(where)
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
