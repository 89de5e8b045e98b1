# Knows: servers that fall silent at one stage. Must not know: SSH beyond its first two packets.
import contextlib
import os
import socket
import struct
import threading

IDENT = b'SSH-2.0-Silent\r\n'
LISTS = [b'curve25519-sha256', b'ssh-ed25519', *[b'aes256-ctr'] * 2, *[b'hmac-sha2-256'] * 2, *[b'none'] * 2, b'', b'']


def kexinit():
    """RFC 4253 7.1, in a packet with no key."""
    payload = bytes([20]) + os.urandom(16) + b''.join(struct.pack('>I', len(names)) + names for names in LISTS) + bytes(5)
    padding = 8 - (len(payload) + 5) % 8 + 4
    padding += -(len(payload) + 5 + padding) % 8
    return struct.pack('>IB', len(payload) + padding + 1, padding) + payload + bytes(padding)


STAGES = {
    'banner': b'',
    'banner after other lines': b'hello\r\nthis is not it\r\n',
    'kex': IDENT,
    'kex after kexinit': IDENT + kexinit(),
}


class Server:
    """Says what belongs to its stage to whoever comes, then nothing; keeps reading, so that nothing else fails."""

    def __init__(self, stage):
        self.words, self.listener = STAGES[stage], socket.create_server(('127.0.0.1', 0))
        self.port, self.socks = self.listener.getsockname()[1], []

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.socks.append(sock)
                sock.sendall(self.words)
                threading.Thread(target=self._drain, args=(sock,), daemon=True).start()

    @staticmethod
    def _drain(sock):
        with contextlib.suppress(OSError):
            while sock.recv(65536):
                pass

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()
        for sock in self.socks:
            sock.close()
