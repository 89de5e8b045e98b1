# Knows: what is promised about speed and memory, and prints it beside what is. Must not know: how numbers are won.
# usage: bench.py BUILD_DIR [PART]... ; PART: connect, trips, bulk, calls, memory, suites, kex, sftp
import functools
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(sys.argv[1])
PARTS = sys.argv[2:]
sys.path[:0] = [os.path.join(ROOT, 'tests'), os.path.join(ROOT, 'tests', 'live')]
os.environ.setdefault('NACRE_BUILD', BUILD)

import flights  # noqa: E402
import measure  # noqa: E402
import place  # noqa: E402
import process  # noqa: E402
import sftp_figures  # noqa: E402
from sshd import Sshd  # noqa: E402

HOST, KEY = place.key('ed25519', 'host'), place.key('ed25519', 'user')
MIB = 1 << 20
CIPHERS = {'aes256-gcm@openssh.com': 4.5, 'chacha20-poly1305@openssh.com': 9.0}
bench = measure.Bench(BUILD, KEY, HOST)
missed = []


class Sender(process.Background):
    """bench/sender, which keeps the socket full."""

    def __init__(self):
        super().__init__([bench.program('sender'), HOST])

    def __enter__(self):
        self.port = int(self.wait_for(r'listening on (\d+)')[1])
        return self


def show(value):
    if value is None:
        return '-'
    if isinstance(value, str):
        return value
    return f'{value:,.2f}' if value < 100 and value != int(value) else f'{round(value):,}'


def head(*others):
    print(f'{"":<66}{"target":>14}{"nacre":>14}' + ''.join(f'{name:>14}' for name in others))


def row(what, target, ours, *others, at_least=False):
    good = target is None or ours is not None and (ours >= target if at_least else ours <= target)
    if not good:
        missed.append(what)
    limit = '' if target is None else ('>= ' if at_least else '<= ') + show(target)
    cells = [show(ours)] + [show(o) for o in others]
    print(f'{what:<66}{limit:>14}{cells[0]:>14}' + ''.join(f'{c:>14}' for c in cells[1:]) + ('' if good else '   MISSED'),
          flush=True)


def across(how, **limits):
    """The same measurement for each library; None where it is not built, or cannot do it."""
    found = []
    for library in measure.LIBRARIES:
        try:
            found.append(how(library) if bench.program('bench_' + library) else None)
        except RuntimeError:
            if library == 'nacre':
                raise
            found.append(None)
    return found


def connect():
    for name, server in (('sshd', Sshd([HOST], place.authorized_keys(KEY))), ('our own server', Sender())):
        with server as at:
            row(f'instructions: connect, auth, exec, close; {name}', 2500000, *across(
                lambda lib: measure.instructions_each(bench, lib, at.port, 'connects', 'true', 2, 12)))
            row('    with the key exchange that is our default', None,
                measure.instructions_each(bench, 'nacre', at.port, 'connects', 'true', 2, 12, kex=''))
            row(f'instructions: exec on an open connection; {name}', 45000, *across(
                lambda lib: measure.instructions_each(bench, lib, at.port, 'execs', 'true', 2, 22)))


def round_trips(library):
    with Sshd([HOST], place.authorized_keys(KEY)) as server, flights.Proxy(server.port) as proxy:
        process.run(bench.job(library, proxy.port, 'connects', 1, 'true'))
    return proxy.answered


def trips():
    row('round trips: connect, auth with a key, exec, exit status; sshd', 5, *across(round_trips))


def per_byte(library, sender, job, cipher):
    command = 'send {}' if job.startswith('download') else 'sink'
    return measure.instructions_each(bench, library, sender.port, job, command, 24 * MIB, 88 * MIB, cipher)


def bulk():
    """valgrind counts each byte of a `rep movsb`, which libc copies with, as an instruction: a copy costs 1.0."""
    with Sender() as sender:
        for cipher, target in CIPHERS.items():
            for job in ('download', 'upload'):
                row(f'instructions per byte: {job}, {cipher}', target,
                    *across(lambda lib: per_byte(lib, sender, job, cipher)))
                row('    without a copy (peek, write_space)', target, per_byte('nacre', sender, job + '-lent', cipher))


def download_calls():
    with Sender() as sender:
        results = across(lambda lib: measure.system_calls(
            bench.job(lib, sender.port, 'download', 64 * MIB, f'send {64 * MIB}')))
        ours = results[0]
        totals = [r and r.total for r in results]
        row('system calls: the whole process, 64 MiB download', None, *totals)
        row('bytes per read of the socket', 128 * 1024, *[r and r.mean_read for r in results], at_least=True)
        row('poll calls', None, *[r and r.by_name['poll'] + r.by_name['ppoll'] for r in results])
        row('write calls', None, *[r and sum(r.by_name[n] for n in ('write', 'send', 'sendto', 'sendmsg', 'writev'))
                                   for r in results])
        print('    ' + ', '.join(f'{name} {n}' for name, n in ours.by_name.most_common(12)))
        few, many = (measure.clock_and_random(bench, bench.job('nacre', sender.port, 'download', n * MIB, f'send {n * MIB}'))
                     for n in (0, 64))
        row('clock calls per MiB', None, (many[0] - few[0]) / 64)
        row('calls for randomness per MiB', 0, (many[1] - few[1]) / 64)


def ping_pong(library, port):
    few, many = (measure.system_calls(bench.job(library, port, 'ping-pong', n, 'cat')).total for n in (10, 510))
    return (many - few) / 500


def calls():
    download_calls()
    with Sender() as sender:
        row('system calls per round trip of one byte', 3, *across(lambda lib: ping_pong(lib, sender.port)))


def capabilities(kind):
    tool = os.path.join(BUILD, 'tools', 'nacre')
    listed = subprocess.run([tool, 'capabilities'], check=True, capture_output=True, text=True).stdout.splitlines()
    return [words[1] for words in map(str.split, listed) if words[0] == kind]


def suites():
    """Each cipher and each MAC by itself: a cipher that needs a MAC is run with one, whose cost is taken off."""
    head('libcrypto')
    cost = functools.partial(measure.suite_each, bench)
    theirs = functools.partial(measure.libcrypto_each, bench, few=MIB, many=3 * MIB)
    mac = 'umac-64-etm@openssh.com'
    mac_cost = cost('-', mac)
    for cipher in capabilities('cipher'):
        is_aead = '-gcm' in cipher or 'poly1305' in cipher
        row(f'instructions per byte, sealed and opened: {cipher}', None,
            cost(cipher, '-') if is_aead else cost(cipher, mac) - mac_cost, theirs(['cipher', cipher]))
    for name in capabilities('mac'):
        row(f'instructions per byte, made and checked: {name}', None, cost('-', name), theirs(['mac', name]))


def primitive(what, ours, theirs, few, many):
    """Instructions of one operation, and how many of them a second of this machine has."""
    row(f'instructions: {what}', None, measure.primitive_each(ours, few, many),
        measure.libcrypto_each(bench, theirs, few, many))
    row('    per second', None, measure.per_second(ours),
        measure.libcrypto_each(bench, theirs, 0, 1) and measure.per_second([bench.program('cost_libcrypto'), *theirs]))


def kex():
    """Each half of each key exchange that has a group of its own, and each kind of signature."""
    head('libcrypto')
    for name in (name for name in capabilities('kex') if 'group-exchange' not in name):
        many = 2 if 'diffie-hellman' in name else 9
        for half in ('init', 'respond', 'finish'):
            primitive(f'{half}, {name}', [bench.program('cost_kex'), half, name], [half, name], 1, many)
    for name in place.KEYS:
        file = place.key_for(name, 'bench')
        for job in ('sign', 'verify'):
            primitive(f'{job}, {name}', [bench.program('cost_sign'), job, name, file], [job, name, place.pem_of(file)], 1, 5)
    for name in place.NEW_KEYS:  # ssh-keygen may not know them yet
        file = place.path('bench-' + name)
        subprocess.run([os.path.join(BUILD, 'tools', 'nacre'), 'keygen', '-q', '-t', name, '-N', '', '-f', file], check=True)
        for job in ('sign', 'verify'):
            primitive(f'{job}, {name}', [bench.program('cost_sign'), job, name, file], [job, name, file], 1, 5)


def memory():
    told = measure.heap(bench)
    row('heap of an idle connection, bytes', 12 * 1024, told['idle'][0])
    for name in ('download', 'upload'):
        row(f'allocations while busy: {name} of {told[name][1]} packets, both ends', 0, told[name][0])
    row('heap of a connection with one channel, idle again, bytes', None, told['idle-again'][0])


def sftp():
    sftp_figures.run(bench, row)


head(*measure.LIBRARIES[1:])
for part in (connect, trips, bulk, calls, memory, suites, kex, sftp):
    if not PARTS or part.__name__ in PARTS:
        part()
print(f'missed: {", ".join(missed)}' if missed else 'every target is met')
sys.exit(1 if missed else 0)
