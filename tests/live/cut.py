# Knows: how to end a TCP connection after so many bytes from the server. Must not know: what the bytes are.
import socket
import threading


class Cut:
    """Listens on a free port and passes one connection on to `port` until `after` bytes have come back."""

    def __init__(self, port, after):
        self.to, self.left = port, after
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def forth(self, client, server):
        try:
            while data := client.recv(65536):
                server.sendall(data)
        except OSError:
            pass

    def run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(('127.0.0.1', self.to))
        threading.Thread(target=self.forth, args=(client, server), daemon=True).start()
        try:
            while self.left > 0 and (data := server.recv(min(65536, self.left))):
                client.sendall(data)
                self.left -= len(data)
        except OSError:
            pass
        for sock in (client, server):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.listener.close()
