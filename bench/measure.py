# Knows: valgrind, strace, and how to ask them for numbers that do not depend on the machine's speed. Must not know: targets.
import collections
import os
import re
import resource
import subprocess

import place

LIBRARIES = ('nacre', 'libssh', 'libssh2')
NOT_IN_LIBCRYPTO = 3  # the exit of bench/cost_libcrypto
KEX = 'curve25519-sha256'  # which all of them have; '' is a library's own default


class Bench:
    """The programs in a build directory, and where their server is."""

    def __init__(self, build, key, host_key):
        self.build, self.key, self.host_key = build, key, host_key

    def program(self, name):
        path = os.path.join(self.build, 'bench', name)
        return path if os.path.exists(path) else None

    def job(self, library, port, job, count, command, cipher='', kex=KEX):
        known = place.known_hosts(port, self.host_key)
        return [self.program('bench_' + library), job, str(count), command, '127.0.0.1', str(port), place.USER, self.key, known,
                cipher, kex]


def run(argv, **options):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=300, **options)
    if done.returncode != 0:
        raise RuntimeError(f'{argv}: {done.stderr[-2000:]}')
    return done


def cpu_seconds(argv):
    """User and system time of a run and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(argv)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def instructions(argv):
    """User-mode instructions of a whole run."""
    done = run(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', *argv])
    return int(re.search(r'Collected : (\d+)', done.stderr)[1])


def instructions_each(bench, library, port, job, command, few, many, cipher='', kex=KEX):
    """Of one connection, command or byte: the difference of two runs takes the start of the process away. A command with
    {} in it is given the count."""
    costs = [instructions(bench.job(library, port, job, n, command.format(n), cipher, kex)) for n in (few, many)]
    return (costs[1] - costs[0]) / (many - few)


def suite_each(bench, cipher, mac, few=1 << 20, many=3 << 20):
    """Of one byte that is sealed and opened in memory."""
    costs = [instructions([bench.program('cost'), cipher, mac, str(n)]) for n in (few, many)]
    return (costs[1] - costs[0]) / (many - few)


def primitive_each(argv, few, many):
    """Of one operation of a program that takes how many are wanted as its last word."""
    costs = [instructions([*argv, str(n)]) for n in (few, many)]
    return (costs[1] - costs[0]) / (many - few)


def libcrypto_each(bench, argv, few, many):
    """The same by libcrypto; None where it is not installed, or has nothing like it."""
    program = bench.program('cost_libcrypto')
    if program is None or subprocess.run([program, *argv, '0'], check=False).returncode == NOT_IN_LIBCRYPTO:
        return None
    return primitive_each([program, *argv], few, many)


def per_second(argv):
    """Operations per second of processor time, of a program that takes how many are wanted as its last word."""
    start, many = cpu_seconds([*argv, '0']), 1
    while (spent := cpu_seconds([*argv, str(many)]) - start) < 0.2:
        many *= 4
    return many / spent


Calls = collections.namedtuple('Calls', 'total by_name mean_read')
LINE = re.compile(r'^(?:\d+ +)?(\w+)\((\d+)?.*= (-?\d+)')


def system_calls(argv):
    """All system calls of a run; mean_read is over the reads from the socket that brought something."""
    log = place.path('strace')
    run(['strace', '-f', '-o', log, *argv])
    names, reads = collections.Counter(), []
    sockets = set()
    with open(log, encoding='utf-8', errors='replace') as lines:
        for line in lines:
            match = LINE.match(line)
            if not match:
                continue
            name, fd, result = match[1], match[2], int(match[3])
            names[name] += 1
            if name == 'socket':
                sockets.add(str(result))
            if name in ('read', 'recvfrom', 'recvmsg', 'readv') and fd in sockets and result > 0:
                reads.append(result)
    return Calls(sum(names.values()), names, sum(reads) / len(reads) if reads else 0)


def clock_and_random(bench, argv):
    """Calls of clock_gettime and of randomness, also those that are no system calls."""
    library = os.path.join(bench.build, 'bench', 'libcount_calls.so')
    done = run(argv, env={**os.environ, 'LD_PRELOAD': library})
    match = re.search(r'clock (\d+) random (\d+)', done.stderr)
    return int(match[1]), int(match[2])


def heap(bench):
    """What bench/memory says: {name: [numbers]}."""
    out = run([bench.program('memory')]).stdout
    return {line.split()[0]: [int(n) for n in line.split()[1:]] for line in out.splitlines()}
