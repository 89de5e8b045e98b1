# Knows: OpenSSH's server with several methods at once, PAM, servers that ask in rounds, agents that fail. Must not know: the
# protocol.
import contextlib
import functools
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading

import nacre
import place
import process
import python_peer
import sshd
import tap

HOST = place.key('ed25519', 'host')
ED, RSA, ECDSA = place.key('ed25519', 'user'), place.key('rsa', 'user', 3072), place.key('ecdsa', 'user', 256)
STRANGER = place.key('ed25519', 'stranger')
PASSWORD = 'a grain of sand'


def remove(file):
    with contextlib.suppress(OSError):
        os.unlink(file)


@functools.cache
def pam_settings():
    """sshd asks PAM under its own program's name, or under the one that it is told. Passwords are compared by a script."""
    if os.geteuid() != 0:
        raise tap.NotHere('only root can write a PAM service')
    if not os.path.isdir('/etc/pam.d'):
        raise tap.NotHere('this system has no /etc/pam.d')
    script = place.write('is-right', f'#!/bin/sh\nread -r given\ntest "$given" = "{PASSWORD}"\n', 0o700)
    service = os.path.basename(place.DIR)
    file = f'/etc/pam.d/{service}'
    place.atexit.register(remove, file)
    with open(file, 'w', encoding='utf-8') as text:
        text.write(f'auth required pam_exec.so quiet expose_authtok {script}\n' +
                   ''.join(f'{kind} required pam_permit.so\n' for kind in ('auth', 'account', 'session')))
    program = place.path(service)
    os.symlink(place.program('sshd'), program)
    told = ['-G', '-f', '/dev/null', '-o', f'PAMServiceName={service}']
    known = subprocess.run([program, *told], stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    return program, 'KbdInteractiveAuthentication yes\nUsePAM yes\n' + (f'PAMServiceName {service}\n' if known else '')


def server(methods, *settings, keys=(ED,)):
    """sshd that wants these methods."""
    program, pam = pam_settings()
    text = pam + ''.join(f'{line}\n' for line in settings) + (f'AuthenticationMethods {methods}\n' if methods else '')
    authorized = place.authorized_keys(*keys, name=f'authorized-{len(keys)}')
    return sshd.Sshd([HOST], authorized, settings=text, program=program)


def login(here, *keys, answers=(), agent='none', options=()):
    """What nacre exec says, and what its terminal showed."""
    flags = [word for key in keys for word in ('-i', key)]
    return nacre.run_with_terminal(here.port, 'echo pearl', known=place.known_hosts(here.port, HOST), flags=flags,
                                   options=[f'IdentityAgent={agent}', *options], answers=answers)


def enters(result):
    done, shown = result
    assert done.returncode == 0 and done.stdout == b'pearl\n', (done, shown)
    assert PASSWORD not in shown + done.stderr, 'the password was shown'


def is_kept_out(result, *patterns):
    done, shown = result
    assert done.returncode == 255 and done.stdout == b'', (done, shown)
    for pattern in patterns:
        assert re.search(pattern, done.stderr), (pattern, done.stderr)


ASKED = ('assword', PASSWORD)


def methods_lead_in(methods, keys, answers):
    with server(methods, keys=keys or (ED,)) as here:
        enters(login(here, *(keys or (STRANGER,)), answers=answers))


# AuthenticationMethods, the keys that it takes, what the terminal is asked.
CHAINS = [
    ('any', [ED], []),
    ('keyboard-interactive', [], [ASKED]),
    ('publickey,password', [ED], [ASKED]),
    ('password,publickey', [ED], [ASKED]),
    ('publickey,keyboard-interactive', [RSA], [ASKED]),
    ('keyboard-interactive,publickey', [ECDSA], [ASKED]),
    ('password,keyboard-interactive', [], [ASKED, ASKED]),
    ('keyboard-interactive,password', [], [ASKED, ASKED]),
    ('publickey,publickey', [ED, RSA], []),
    ('publickey,password,keyboard-interactive', [ED], [ASKED, ASKED]),
    ('keyboard-interactive:pam', [], [ASKED]),
    ('publickey,password publickey,keyboard-interactive', [ED], [ASKED]),
    ('password,publickey,publickey keyboard-interactive,password', [ED, RSA], [ASKED]),
]


def a_part_of_what_is_wanted_is_no_success():
    with server('publickey,password') as here:
        is_kept_out(login(here, ED, options=['BatchMode=yes']), r'accepted, not enough', r'would still accept: password')
        is_kept_out(login(here, ED, answers=[('assword', 'salt')] * 3), r'accepted, not enough.*password \(refused\)')
        is_kept_out(login(here, STRANGER, answers=[ASKED]), r'refused')
    with server('publickey,publickey') as here:
        is_kept_out(login(here, ED), 'accepted, not enough')


def a_wrong_password_may_be_typed_again():
    for methods in ('password', 'keyboard-interactive'):
        with server(methods) as here:
            enters(login(here, STRANGER, answers=[('assword', 'salt'), ASKED]))


def two_tries_are_enough_for_a_wrong_key_and_the_right_one():
    with server('publickey', 'MaxAuthTries 2') as here:
        enters(login(here, STRANGER, ED))
        is_kept_out(login(here, STRANGER, RSA, ECDSA, ED), 'Too many|ended|refused')


class Agent(process.Background):
    def __init__(self, *keys):
        self.socket = os.path.join(tempfile.mkdtemp(dir=place.DIR), 's')
        super().__init__([place.program('ssh-agent'), '-D', '-a', self.socket])
        self.keys = keys

    def __enter__(self):
        self.wait_for('SSH_AUTH_SOCK')
        code, words = self.add('-q', *self.keys)
        assert code == 0, words
        return self

    def add(self, *words):
        done = process.run([place.program('ssh-add'), *words], env={**os.environ, 'SSH_AUTH_SOCK': self.socket})
        return done.returncode, done.stdout.decode() + done.stderr


def strangers(n):
    return [place.key('ed25519', f'stranger-{i}') for i in range(n)]


def an_agent_with_twenty_keys_leaves_room_for_the_password():
    with server(None) as here, Agent(*strangers(20)) as agent:
        enters(login(here, agent=agent.socket, answers=[ASKED]))
        mine = login(here, ED + '.pub', agent=agent.socket, options=['BatchMode=yes'])
        is_kept_out(mine, 'holds a public key, and no agent')
        agent.add('-q', ED)
        enters(login(here, ED + '.pub', agent=agent.socket, options=['IdentitiesOnly=yes', 'BatchMode=yes']))
    with server(None, 'MaxAuthTries 2') as here, Agent(*strangers(20), ED) as agent:
        enters(login(here, ED + '.pub', agent=agent.socket, options=['IdentitiesOnly=yes', 'BatchMode=yes']))
        is_kept_out(login(here, agent=agent.socket, options=['BatchMode=yes']), 'Too many authentication failures|ended')


def a_key_with_a_lifetime_is_gone_after_it():
    with server('publickey') as here, Agent(STRANGER) as agent:
        agent.add('-q', '-t', '1', ED)
        for _ in range(600):
            if 'user' not in agent.add('-L')[1] and place.public(ED) not in agent.add('-L')[1]:
                break
            threading.Event().wait(0.1)
        is_kept_out(login(here, agent=agent.socket, options=['BatchMode=yes']), 'refused')


class BrokenAgent:
    """Hands on what is asked of a real agent, until a signature is wanted: then it does something else."""

    def __init__(self, agent, deed):
        self.agent, self.deed, self.signatures = agent, deed, 0
        self.socket = agent.socket + '-broken'
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.socket)
        self.listener.listen()

    @staticmethod
    def take(sock):
        head = sock.recv(4, socket.MSG_WAITALL)
        return head and head + sock.recv(struct.unpack('>I', head)[0], socket.MSG_WAITALL)

    def serve(self, client):
        with client, socket.socket(socket.AF_UNIX) as real, contextlib.suppress(OSError):
            real.connect(self.agent.socket)
            while request := self.take(client):
                if request[4] == 13:
                    self.signatures += 1
                    client.sendall(self.deed)
                    return
                real.sendall(request)
                client.sendall(self.take(real))

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def __enter__(self):
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts; else its number would be another socket's
        self.thread.join()
        self.listener.close()


DEEDS = {'dies': b'', 'dies in the middle of its answer': b'\0\0\0\x40\x0e\0\0', 'says too much': b'\0\4\0\1\x0e',
         'refuses': b'\0\0\0\1\5', 'answers something else': b'\0\0\0\5\x0c\0\0\0\0'}


def an_agent_that_does_not_sign(deed):
    with server(None) as here, Agent(ED) as agent, BrokenAgent(agent, DEEDS[deed]) as broken:
        result = login(here, agent=broken.socket, answers=[ASKED])
        enters(result)
        assert broken.signatures == 1, result


def the_banner_is_shown_to_who_enters_and_to_who_does_not():
    words = place.write('banner', 'Mind the current.\n\033[2JStay together.\n')
    with server('password', f'Banner {words}') as here:
        done, _ = result = login(here, STRANGER, answers=[ASKED])
        enters(result)
        assert done.stderr.startswith('Mind the current.\n\\x1b[2JStay together.\n'), done
        is_kept_out(login(here, STRANGER, options=['BatchMode=yes']), 'Mind the current')
        assert 'Mind' not in login(here, STRANGER, answers=[ASKED], options=['LogLevel=QUIET'])[0].stderr


def an_expired_password_is_changed_on_the_terminal():
    with python_peer.Server('asyncssh', 'peer_asyncssh_server.py', HOST, place.authorized_keys(ED), place.USER, PASSWORD) as here:
        new = [('New password', 'a new grain'), ('again', 'a new grain')]
        enters(login(here, STRANGER, answers=[('assword', 'stale'), *new]))
        wrong = [('assword', 'stale'), new[0], ('again', 'another')] + [('assword', 'salt')] * 6
        is_kept_out(login(here, STRANGER, answers=wrong), 'password')


def rounds_of_questions_are_answered_on_the_terminal():
    arguments = [HOST, place.authorized_keys(ED), place.USER, PASSWORD, 'interactive']
    with python_peer.Server('paramiko', 'peer_paramiko_server.py', *arguments) as here:
        answers = [('Colour: ', 'coral'), ('Depth: ', '40'), ('Code: ', 'hidden')]
        done, shown = login(here, STRANGER, answers=answers)
        assert done.returncode == 0 and done.stdout == b'pearl\n', (done, shown)
        assert 'First the reef' in shown + done.stderr and 'coral' in shown and 'hidden' not in shown + done.stderr, shown
        is_kept_out(login(here, STRANGER, answers=[('Colour: ', 'grey'), ('Depth: ', '1')] * 3), 'keyboard-interactive')


tap.run([(f'AuthenticationMethods {c[0]}', functools.partial(methods_lead_in, *c)) for c in CHAINS] +
        [a_part_of_what_is_wanted_is_no_success, a_wrong_password_may_be_typed_again,
         two_tries_are_enough_for_a_wrong_key_and_the_right_one, an_agent_with_twenty_keys_leaves_room_for_the_password,
         a_key_with_a_lifetime_is_gone_after_it] +
        [(f'an agent that {deed} when it should sign is passed over', functools.partial(an_agent_that_does_not_sign, deed))
         for deed in DEEDS] + [the_banner_is_shown_to_who_enters_and_to_who_does_not,
                                an_expired_password_is_changed_on_the_terminal, rounds_of_questions_are_answered_on_the_terminal])
