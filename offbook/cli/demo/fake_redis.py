"""fakeredis as a TCP server, for embedded.EmbeddedRedis: `python -P fake_redis.py HOST PORT`.

Run as a file in a process of its own, and so imports nothing of offbook.
"""

from __future__ import annotations

import sys
from typing import Any

from fakeredis import TcpFakeServer
from redis.exceptions import ResponseError


def serve(host: str, port: int) -> None:
    """Serve for ever."""
    server = TcpFakeServer((host, port), server_type="redis")

    class Handler(server.RequestHandlerClass):  # type: ignore[name-defined]
        # fakeredis 2.40 hangs up after an error. Redis does not, and a client that sends its next
        # command before it notices fails: EVALSHA, NOSCRIPT, SCRIPT LOAD is such a sequence.
        def setup(self) -> None:
            super().setup()
            read = self.current_client.read_response

            def read_or_error(*arguments: Any, **options: Any) -> Any:
                try:
                    return read(*arguments, **options)
                except ResponseError as error:
                    return error

            self.current_client.read_response = read_or_error

    server.RequestHandlerClass = Handler
    server.serve_forever()


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
