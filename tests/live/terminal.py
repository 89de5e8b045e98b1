# Knows: a program on a pseudo-terminal of its own, typed to and looked at. Must not know: which program.
import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

from process import PATIENCE

# What a shell with job control does: its child is a job of its own in the foreground; where it stops, we are told how the
# terminal stands and say when it goes on. So the child's group is no orphan, which could not stop.
JOB = '''
import os, signal, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
said, heard = int(sys.argv[1]), int(sys.argv[2])
child = os.fork()
if child == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execvp(sys.argv[3], sys.argv[3:])
while True:
    _, status = os.waitpid(child, os.WUNTRACED)
    if not os.WIFSTOPPED(status):
        break
    os.tcsetpgrp(0, os.getpgrp())
    os.write(said, b'stopped\\n')
    os.read(heard, 1)
    os.tcsetpgrp(0, child)
    os.kill(-child, signal.SIGCONT)
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
'''


class Terminal:
    """A program with a terminal: its three streams, and what its keys and window do."""

    def __init__(self, argv, rows=24, columns=80, env=None, cwd=None, job=False):
        self.master, self.slave = pty.openpty()
        self.shown, self.changed, self.looked = bytearray(), threading.Condition(), 0
        self.resize(rows, columns, quietly=True)
        self.modes_before = self.modes()
        pipes, fds = (), ()
        if job:
            (self.stops, said), (heard, self.goes) = pipes = os.pipe(), os.pipe()
            fds = (said, heard)
            argv = [sys.executable, '-c', JOB, str(said), str(heard), *argv]
        self.child = subprocess.Popen(argv, stdin=self.slave, stdout=self.slave, stderr=self.slave, pass_fds=fds,
                                      start_new_session=True, cwd=cwd, env={**os.environ, 'TERM': 'xterm', **(env or {})},
                                      preexec_fn=self._settle)
        for fd in fds:
            os.close(fd)
        self.pipes = (self.stops, self.goes) if job else ()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _settle(self):
        """In the child: the terminal is its own, and no signal is ignored because whoever runs the tests ignores it."""
        fcntl.ioctl(self.slave, termios.TIOCSCTTY, 0)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)

    def _read(self):
        with contextlib.suppress(OSError):
            while data := os.read(self.master, 65536):
                with self.changed:
                    self.shown.extend(data)
                    self.changed.notify_all()

    def modes(self):
        return termios.tcgetattr(self.slave)

    def is_as_before(self):
        """Is the terminal set as it was before the program started?"""
        return self.modes() == self.modes_before

    def resize(self, rows, columns, quietly=False):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, columns * 10, rows * 20))
        if not quietly:  # the kernel tells the foreground group itself
            return

    def type(self, keys):
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def expect(self, pattern):
        """Waits until what is shown behind the last match fits; returns the match."""
        until = time.monotonic() + PATIENCE
        pattern = pattern if isinstance(pattern, bytes) else pattern.encode()
        with self.changed:
            while True:
                if match := re.search(pattern, self.shown[self.looked:]):
                    self.looked += match.end()
                    return match
                left = until - time.monotonic()
                assert left > 0 and self.child.poll() is None or self.reader_has_more(), \
                    f'{pattern!r} was not shown; this was: {bytes(self.shown[-4000:])!r}'
                self.changed.wait(min(left, 0.5))

    def reader_has_more(self):
        """The child may be gone while its last words are still on their way."""
        before = len(self.shown)
        self.changed.wait(0.5)
        return len(self.shown) != before

    def ask(self, command, pattern):
        """Types a command, and waits for what it shows; the echo of the command itself does not count."""
        self.type(command + '\r')
        return self.expect(pattern)

    def wait_stopped(self):
        assert os.read(self.stops, 64) == b'stopped\n'

    def go_on(self):
        os.write(self.goes, b'.')

    def wait(self):
        """The exit code of the program, which must end by itself."""
        return self.child.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        os.close(self.slave)
        self.reader.join(5)
        for fd in (self.master, *self.pipes):
            os.close(fd)
