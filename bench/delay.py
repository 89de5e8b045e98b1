# Knows: how to put a long way between a client and a server, and to count what is on it. Must not know: SSH.
# Each direction is a line: what enters leaves it, in order, a fixed time later. It holds whatever is sent into it.
import collections
import contextlib
import socket
import threading
import time

BUFFER = 4 << 20


class Line(threading.Thread):
    """One direction. passed: (when, bytes) of everything that left it."""

    def __init__(self, source, target, delay):
        super().__init__(daemon=True)
        self.source, self.target, self.delay = source, target, delay
        self.waiting, self.passed, self.changed = collections.deque(), [], threading.Condition()

    def run(self):
        leaver = threading.Thread(target=self._leave, daemon=True)
        leaver.start()
        data = b'?'
        while data:
            try:
                data = self.source.recv(1 << 20)
            except OSError:
                data = b''
            with self.changed:
                self.waiting.append((time.monotonic() + self.delay, data))
                self.changed.notify()
        leaver.join()

    def _leave(self):
        while True:
            with self.changed:
                while not self.waiting:
                    self.changed.wait()
                due, data = self.waiting.popleft()
            time.sleep(max(0, due - time.monotonic()))
            with contextlib.suppress(OSError):
                if not data:
                    self.target.shutdown(socket.SHUT_WR)
                    return
                self.target.sendall(data)
                self.passed.append((time.monotonic(), len(data)))

    def within(self, seconds):
        """The bytes that left in each stretch of so many seconds, one stretch per packet that left, in order."""
        sums, total, first = [], 0, 0
        for when, n in self.passed:
            total += n
            while self.passed[first][0] <= when - seconds:
                total -= self.passed[first][1]
                first += 1
            sums.append(total)
        return sums


class Proxy:
    """One connection whose round trip takes `rtt` seconds more."""

    def __init__(self, port, rtt):
        self.target, self.rtt = port, rtt
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(60)
        self.listener.close()

    def _serve(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(('127.0.0.1', self.target))
        with client, server:
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                    sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
            self.up, self.down = Line(client, server, self.rtt / 2), Line(server, client, self.rtt / 2)
            self.up.start()
            self.down.start()
            self.up.join()
            self.down.join()

    def in_flight(self, line):
        """Of what was asked for, or sent, and not yet answered, as much as can be proved: all that a line delivers within one
        round trip was on its way when that began. Two numbers: at most, and the median of the stretches, weighed by bytes."""
        sums = line.within(self.rtt)
        total, half = sum(n for _, n in line.passed), 0
        for (_, n), bytes_there in sorted(zip(line.passed, sums), key=lambda pair: pair[1]):
            half += n
            if half >= total / 2:
                return max(sums), bytes_there
        return 0, 0
