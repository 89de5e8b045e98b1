# Knows: what is promised about SFTP's speed, and how each figure is made. Must not know: how numbers are won.
# The local files are in memory (/dev/shm) where there is such a place: what they cost is counted, a disk is not. The
# server is OpenSSH's in-process sftp-server. The columns beside ours are OpenSSH's sftp and libssh, where it is built.
import os
import re
import shutil
import statistics
import tempfile
import time

import delay
import flights
import measure
import place
from sshd import Sshd

CIPHER = 'aes256-gcm@openssh.com'
MIB = 1 << 20
RTT = 0.1
GRANTED = 2 * MIB  # by sshd, for a session; the time that it takes to grant more is lost beside the delay
SMALL, SMALL_SIZE = 2000, 4096
FAR_RUNS = 3
ROUNDS = 5  # pairs of runs whose CPU time is compared


class Figures:
    def __init__(self, bench, row):
        self.bench, self.row = bench, row
        self.dir = tempfile.mkdtemp(prefix='nacre-bench-', dir='/dev/shm' if os.path.isdir('/dev/shm') else None)
        self.server = Sshd([bench.host_key], place.authorized_keys(bench.key))

    def path(self, name):
        return os.path.join(self.dir, name)

    def file(self, mib):
        """Neither zeros nor holes: those would not be written."""
        path = self.path(f'{mib}')
        if not os.path.exists(path):
            with open(path, 'wb') as out:
                for _ in range(mib):
                    out.write(os.urandom(MIB))
        return path

    def tree(self, n):
        path = self.path(f'tree-{n}')
        os.makedirs(path, exist_ok=True)
        for i in range(n):
            with open(os.path.join(path, f'{i}'), 'wb') as out:
                out.write(os.urandom(SMALL_SIZE))
        return path

    def ours(self, port, job, local, remote):
        known = place.known_hosts(port, self.bench.host_key)
        return [self.bench.program('sftp_nacre'), job, local, remote, '127.0.0.1', str(port), place.USER, self.bench.key,
                known, CIPHER]

    def theirs(self, port, command):
        batch = place.write('batch', command + '\n')
        return ['sftp', '-q', '-F', 'none', '-P', str(port), '-i', self.bench.key, '-c', CIPHER, '-o', 'IdentitiesOnly=yes',
                '-o', f'UserKnownHostsFile={place.known_hosts(port, self.bench.host_key)}', '-b', batch,
                f'{place.USER}@127.0.0.1']

    def libssh(self, port, job, local, remote, *block):
        program = self.bench.program('sftp_libssh')
        return program and [program, *self.ours(port, job, local, remote)[1:], *block]

    def instructions(self):
        for job in ('get', 'put'):
            costs = []
            for mib in (24, 88):
                there = self.file(mib)
                pair = (self.path('out'), there) if job == 'get' else (there, self.path('out'))
                costs.append(measure.instructions(self.ours(self.server.port, job, *pair)))
                self._same(there, self.path('out'))
            self.row(f'instructions per byte: SFTP {job}, the local file included', 5.0,
                     (costs[1] - costs[0]) / (64 * MIB))

    @staticmethod
    def _same(a, b):
        with open(a, 'rb') as one, open(b, 'rb') as other:
            if one.read() != other.read():
                raise RuntimeError(f'{a} and {b} differ')

    def _delayed(self, argv, port, line):
        with delay.Proxy(port, RTT) as proxy:
            told = measure.run(argv(proxy.port)).stdout
        return proxy.in_flight(getattr(proxy, line)), told

    def _most_of(self, argv, line):
        """The best of some runs: a machine that is busy with something else only lowers the figure."""
        runs = [self._delayed(argv, self.server.port, line) for _ in range(FAR_RUNS)]
        return max(runs, key=lambda run: run[0][1])

    def far(self):
        out, few = self.path('out'), self.file(24)
        for job, line, target, size in (('get', 'down', 8e6, 256), ('put', 'up', 0.85 * GRANTED, 64)):
            there = self.file(size)
            pair = (out, there) if job == 'get' else (there, out)
            (most, usual), told = self._most_of(lambda port: self.ours(port, job, *pair), line)
            self._same(there, out)
            (their_most, theirs), _ = self._delayed(lambda port: self.theirs(port, f'{job} {few} {out}'), self.server.port, line)
            self.row(f'bytes in flight at {RTT * 1000:.0f} ms: {job}, the median', target, usual, theirs, at_least=True)
            self.row('    at most', 0.98 * GRANTED if job == 'put' else None, most, their_most, at_least=True)
            self._memory(f'{job} at {RTT * 1000:.0f} ms', told)

    def striped(self):
        """A put over several channels beside one over one: both as long as the path alone can make it."""
        there, out, took = self.file(192), self.path('out'), {}
        for job in ('put', 'put-striped'):
            with delay.Proxy(self.server.port, RTT) as proxy:
                began = time.monotonic()
                measure.run(self.ours(proxy.port, job, there, out))
                took[job] = time.monotonic() - began
            self._same(there, out)
            os.remove(out)
        rate = {job: 192 * MIB / (seconds - 12 * RTT) for job, seconds in took.items()}  # what comes before and behind the bytes
        self.row(f'bytes per second at {RTT * 1000:.0f} ms: put over 8 channels', None, rate['put-striped'])
        self.row('    beside a put over one, times', 3, rate['put-striped'] / rate['put'], at_least=True)

    def _memory(self, what, told):
        idle, most, counter = map(int, re.findall(r'\d+', told))
        self.row(f'bytes of memory beyond the idle connection: {what}', 24 * MIB, most - idle)
        self.row('    the most that the connection itself counted', 24 * MIB, counter)

    def near(self):
        big, out = self.file(256), self.path('out')
        for job in ('get', 'put'):
            pair = (out, big) if job == 'get' else (big, out)
            self._memory(f'{job} without delay', measure.run(self.ours(self.server.port, job, *pair)).stdout)

    def _flights(self, argv):
        with flights.Proxy(self.server.port) as proxy:
            measure.run(argv(proxy.port))
        return proxy.answered

    def small(self):
        idle = self._flights(lambda port: self.ours(port, 'none', '-', '-'))
        tree, few = self.tree(SMALL), self.tree(12)
        their_idle = self._flights(lambda port: self.theirs(port, 'pwd'))
        for job in ('get', 'put'):
            out = self.path('copy-' + job)
            pair = (out, tree) if job == 'get' else (tree, out)
            ours = self._flights(lambda port: self.ours(port, job + '-tree', *pair)) - idle
            for name in os.listdir(tree):
                self._same(os.path.join(tree, name), os.path.join(out, name))
            theirs = self._flights(lambda port: self.theirs(port, f'{job} -r {few} {out}-theirs')) - their_idle
            self.row(f'round trips per file: {job} of {SMALL:,} files of {SMALL_SIZE} bytes', 0.3, ours / SMALL, theirs / 12)

    def seconds(self):
        big, out = self.file(256), self.path('out')
        for job in ('get', 'put'):
            pair = (out, big) if job == 'get' else (big, out)
            others = [self.theirs(self.server.port, f'{job} {big} {out}'),
                      *(self.libssh(self.server.port, job, *pair, block) for block in (['32768', '131072'] if job == 'put' else ['32768']))]
            runs = []
            for _ in range(ROUNDS):
                runs.append([4 * measure.cpu_seconds(argv) for argv in (self.ours(self.server.port, job, *pair), *filter(None, others))])
            ours, sftp, *libssh = (statistics.median(times) for times in zip(*runs))
            self.row(f'CPU seconds per GiB: SFTP {job}, median of {ROUNDS}', None, ours, sftp, min(libssh, default=None))
            best = 1 + min(range(len(runs[0]) - 1), key=lambda i: [sftp, *libssh][i])
            self.row('    beside the better of them, the median of the pairs', 0.8, statistics.median(run[0] / run[best] for run in runs))

    def all(self):
        try:
            with self.server:
                for part in (self.instructions, self.seconds, self.near, self.far, self.striped, self.small):
                    part()
        finally:
            shutil.rmtree(self.dir, True)


def run(bench, row):
    print(f'{"SFTP":<66}{"":>14}{"nacre":>14}{"sftp":>14}{"libssh":>14}')
    Figures(bench, row).all()
