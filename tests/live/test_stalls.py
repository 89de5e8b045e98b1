# Knows: which deadline must end a client whose server has fallen silent. Must not know: how deadlines are kept.
# Only the deadline under test is set, all others are off: a wrong one would never end the client.
import functools
import os
import time

import nacre
import place
import process
import python_peer
import silent
import tap

HOST, ED = place.key('ed25519', 'host'), place.key('ed25519', 'user')
PROBE = os.path.join(nacre.BUILD, 'tests', 'live', 'deadline_probe')
MS = 400


def probe(port, stage, command='echo pearl'):
    """Returns what it said, and how many ms it took."""
    known, began = place.known_hosts(port, HOST), time.monotonic()
    done = process.run([PROBE, str(port), place.USER, ED, known, stage, str(MS), command])
    return done.stdout.decode(), 1000 * (time.monotonic() - began)


def ended_by_the_deadline(said, took, code):
    assert said.startswith(f'NACRE_E_TIMEOUT{code}: '), said
    assert took >= MS, f'ended after {took} ms'
    return said


def silent_at(stage):
    with silent.Server(stage) as server:
        return ended_by_the_deadline(*probe(server.port, stage.split()[0]), '_' + stage.split()[0].upper())


def paramiko(mode):
    return python_peer.Server('paramiko', 'peer_paramiko_server.py', HOST, place.authorized_keys(ED), place.USER, 'none', mode)


def stalls_while(mode, stage):
    with paramiko(mode) as server:
        said = ended_by_the_deadline(*probe(server.port, stage), '_' + stage.upper())
        server.wait_for('stalled')
        return said


def a_command_that_says_nothing_is_ended_by_its_own_deadline():
    with nacre.Server([HOST], place.authorized_keys(ED)) as server:
        ended_by_the_deadline(*probe(server.port, 'run', 'cat; exec sleep 1000'), '')


def a_server_that_answers_is_not_ended():
    with nacre.Server([HOST], place.authorized_keys(ED)) as server:
        assert probe(server.port, 'none')[0] == 'NACRE_OK: pearl\n\n'


def stages_are_told_apart():
    said = [silent_at('banner'), silent_at('kex'), stalls_while('stall-auth', 'auth'), stalls_while('stall-open', 'channel')]
    assert len(set(said)) == len(said), said


tap.run([(f'silent at {stage}', functools.partial(silent_at, stage)) for stage in silent.STAGES] + [
    ('silent while authenticating', functools.partial(stalls_while, 'stall-auth', 'auth')),
    ('silent about opening a channel', functools.partial(stalls_while, 'stall-open', 'channel')),
    ('silent about a request', functools.partial(stalls_while, 'stall-exec', 'channel')),
    a_command_that_says_nothing_is_ended_by_its_own_deadline,
    a_server_that_answers_is_not_ended,
    stages_are_told_apart,
])
