"""Find a free port on loopback."""

import socket


def free_port(wanted: int = 0) -> int:
    """`wanted` if nobody listens there, otherwise any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # As servers do: a port that was left a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            taken: int = probe.getsockname()[1]
            return taken
    raise OSError("no port is free")
