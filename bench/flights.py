# Knows: how to count round trips between a client and a server. Must not know: SSH.
# A proxy that hands over what one side said only when both are quiet, so that the count does not depend on the machine's
# speed: a flight is what the client said since it last heard something, and counts when the server answered it.
import contextlib
import select
import socket
import threading

QUIET = 0.06  # seconds; a side that is not waiting for the other says everything within them


class Proxy:
    def __init__(self, port):
        self.target, self.listener, self.answered = port, socket.create_server(('127.0.0.1', 0)), 0
        self.port = self.listener.getsockname()[1]

    def __enter__(self):
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(30)
        self.listener.close()

    def _serve(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(('127.0.0.1', self.target))
        with client, server, contextlib.suppress(OSError):
            self._relay(client, server)

    @staticmethod
    def _gather(socks):
        """What came until everybody is quiet, and who has ended."""
        said, ended = {sock: b'' for sock in socks}, set()
        timeout = None
        while ready := select.select([s for s in socks if s not in ended], [], [], timeout)[0]:
            for sock in ready:
                data = sock.recv(1 << 20)
                said[sock] += data
                ended |= set() if data else {sock}
            timeout = QUIET
        return said, ended

    def _relay(self, client, server):
        asked = False
        while True:
            said, ended = self._gather([client, server])
            if said[server]:
                client.sendall(said[server])
                self.answered += asked
                asked = False
            if said[client]:
                server.sendall(said[client])
                asked = True
            if ended:
                return
