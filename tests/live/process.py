# Knows: how to start programs, read what they say, and be sure that they are gone. Must not know: which programs.
# Nothing here sleeps: it waits for a line, for an end, or for the deadline that makes a test fail.
import contextlib
import fcntl
import os
import pty
import re
import signal
import subprocess
import termios
import threading
import time

PATIENCE = 120


class Background:
    """A server: runs until the `with` block ends, in a process group of its own. Keeps every line that it says."""

    def __init__(self, argv, **options):
        self.lines, self.changed = [], threading.Condition()
        self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      start_new_session=True, **options)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.child.stdout:
            with self.changed:
                self.lines.append(line.decode('utf-8', 'replace').rstrip())
                self.changed.notify_all()
        with self.changed:
            self.lines.append('(end of output)')
            self.changed.notify_all()

    def mark(self):
        """A point in what it says, for `wait_for` and `said`."""
        with self.changed:
            return len(self.lines)

    def wait_for(self, pattern, since=0):
        """The match of the first line after `since` that fits; fails when there is none in time."""
        until = time.monotonic() + PATIENCE
        with self.changed:
            while True:
                for line in self.lines[since:]:
                    if match := re.search(pattern, line):
                        return match
                left = until - time.monotonic()
                ended = self.lines and self.lines[-1] == '(end of output)'
                assert left > 0 and not ended, f'{pattern!r} was not said; this was:\n' + '\n'.join(self.lines[-60:])
                self.changed.wait(left)

    def said(self, pattern, since=0):
        """How many lines after `since` fit."""
        with self.changed:
            return sum(1 for line in self.lines[since:] if re.search(pattern, line))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """The group is ended before its leader is waited for: until then nobody else can get its number."""
        for number, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 30)):
            os.killpg(self.child.pid, number)
            self.reader.join(patience)
        self.child.wait()
        if not self.reader.is_alive():
            self.child.stdout.close()


def run(argv, input=b'', **options):
    """Runs a program to its end; its whole group is ended with it, should it take too long."""
    child = subprocess.Popen(argv, stdin=subprocess.PIPE if isinstance(input, bytes) else input, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, start_new_session=True, **options)
    try:
        out, err = child.communicate(input if isinstance(input, bytes) else None, PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        out, err = child.communicate()
        raise AssertionError(f'took too long: {argv}\n{err.decode(errors="replace")[-4000:]}') from None
    return subprocess.CompletedProcess(argv, child.returncode, out, err.decode('utf-8', 'replace'))


def echo(argv, data):
    """What a program that is given data says back, as many bytes; then it is ended, whether it would end or not."""
    child = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                             start_new_session=True)
    overdue = threading.Timer(PATIENCE, os.killpg, (child.pid, signal.SIGKILL))
    overdue.start()
    writer = threading.Thread(target=lambda: (child.stdin.write(data), child.stdin.close()), daemon=True)
    writer.start()
    said = child.stdout.read(len(data))
    overdue.cancel()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    return said


def run_with_terminal(argv, answers):
    """Runs a program that has a terminal to ask on. answers: (pattern of the prompt, answer) pairs, in order. Returns what
    the terminal showed beside the result; the program's own three streams are not the terminal."""
    master, slave = pty.openpty()
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             start_new_session=True, preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0))
    shown = bytearray()

    def converse():
        wanted, answered = list(answers), 0
        with contextlib.suppress(OSError):
            while data := os.read(master, 4096):
                shown.extend(data)
                if wanted and re.search(wanted[0][0].encode(), shown[answered:]):
                    answered = len(shown)
                    os.write(master, wanted.pop(0)[1].encode() + b'\n')

    talker = threading.Thread(target=converse, daemon=True)
    talker.start()
    try:
        out, err = child.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        raise AssertionError(f'took too long; the terminal showed {bytes(shown)!r}') from None
    finally:
        os.close(slave)
    talker.join(5)
    os.close(master)
    return subprocess.CompletedProcess(argv, child.returncode, out, err.decode('utf-8', 'replace')), shown.decode('utf-8', 'replace')
