"""A relay of bytes on loopback that can be cut, to see what a program does whose database is out of reach."""

import contextlib
import socket
import threading

READ_BYTES = 65_536


class Relay:
    """Passes connections on to ``host`` and ``port``, until it is cut and after it is mended."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._whole = True
        self._lock = threading.Lock()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Close every connection, and those that come, at once."""
        with self._lock:
            self._whole = False
            pairs, self._pairs = self._pairs, []
        for pair in pairs:
            _close(*pair)

    def mend(self) -> None:
        """Pass new connections on again."""
        with self._lock:
            self._whole = True

    def own_ports(self) -> set[int]:
        """Return the ports from which the connections that stand reach the other end."""
        with self._lock:
            ports = set()
            for _near, far in self._pairs:
                with contextlib.suppress(OSError):  # closed meanwhile
                    ports.add(int(far.getsockname()[1]))
            return ports

    def close(self) -> None:
        """End the relay."""
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listening socket was closed
            while True:
                near, _address = self._listening.accept()
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._to)
        except OSError:
            near.close()
            return
        with self._lock:
            if not self._whole:
                _close(near, far)
                return
            self._pairs.append((near, far))
        for pair in ((near, far), (far, near)):
            threading.Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    try:
        with contextlib.suppress(OSError):
            while some := source.recv(READ_BYTES):
                sink.sendall(some)
    finally:
        _close(source, sink)


def _close(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
