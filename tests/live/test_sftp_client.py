# Knows: OpenSSH's, AsyncSSH's and Paramiko's SFTP servers. Must not know: how our client works.
import functools
import os
import tempfile

import nacre
import place
import process
import python_peer
import tap
from sshd import Sshd

HOST, ED = place.key('ed25519', 'host'), place.key('ed25519', 'user')
PROBE = os.path.join(nacre.BUILD, 'tests', 'live', 'sftp_probe')
PASSWORD = 'a grain of sand'


def start(name):
    if name == 'openssh':
        return Sshd([HOST], place.authorized_keys(ED), 'LogLevel INFO')
    mode = ['run'] if name == 'paramiko' else []
    return python_peer.Server(name, f'peer_{name}_server.py', HOST, place.authorized_keys(ED), place.USER, PASSWORD, *mode)


@functools.cache
def server(name):
    here = start(name)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def probe(name, job, directory=None, port=None):
    port = port or server(name).port
    directory = directory or tempfile.mkdtemp(dir=place.DIR)
    known = place.known_hosts(port, HOST, name=f'known_{port}')
    return process.run([PROBE, str(port), place.USER, ED, known, job, directory])


def job_succeeds(name, job):
    done = probe(name, job)
    assert done.returncode == 0, done


def a_login_scripts_text_is_shown():
    script = place.write('greet', '#!/bin/sh\necho Welcome to the reef; exec cat\n', 0o700)
    with Sshd([HOST], place.authorized_keys(ED), f'ForceCommand {script}') as here:
        done = probe('openssh', 'modes', port=here.port)
    assert b'the server printed text before SFTP began: Welcome to the reef' in done.stdout, done


def a_server_without_sftp_is_told():
    with Sshd([HOST], place.authorized_keys(ED), 'ForceCommand /bin/false') as here:
        done = probe('openssh', 'modes', port=here.port)
    assert done.returncode == 1 and b'ended the session before SFTP began' in done.stdout, done


JOBS = ['modes', 'bytes', 'names', 'attributes', 'listing', 'bulk', 'sessions', 'transfers', 'resume', 'cancel', 'trees']
tests = [(f'{name}: {job}', functools.partial(job_succeeds, name, job))
         for name in ('openssh', 'asyncssh', 'paramiko') for job in JOBS
         if (name, job) != ('paramiko', 'bytes')]  # Paramiko's names are UTF-8
tests += [(f'openssh: {job}', functools.partial(job_succeeds, 'openssh', job)) for job in ('sparse', 'many')]
tap.run(tests + [a_login_scripts_text_is_shown, a_server_without_sftp_is_told])
