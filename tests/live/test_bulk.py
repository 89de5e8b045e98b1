# Knows: 64 MiB through exec in both directions, with a rekey every MiB, compared by hash. Must not know: the reasons.
import functools
import hashlib
import re
import subprocess

import nacre
import place
import tap
from sshd import Sshd

HOST, MINE = place.key('ed25519', 'host'), place.key('ed25519', 'user')
SIZE = 64 << 20


@functools.cache
def digest():
    with open(place.big_file(), 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def transfer(port, command, *options, upload=False):
    with open(place.big_file() if upload else '/dev/null', 'rb') as source:
        done = nacre.run(port, command, key=MINE, known=place.known_hosts(port, HOST), options=options, input=source)
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    return done.stdout


def exchanges_are_many(server, least):
    """Who counts what it sends stops at each MiB. Who counts what it receives gets what was under way besides: up to a
    window of 16 MiB each time."""
    seen = server.said('SSH2_MSG_NEWKEYS received')
    assert seen >= least, seen


def sshd():
    return Sshd([HOST], place.authorized_keys(MINE))


def download(cipher):
    with sshd() as server:
        data = transfer(server.port, f'cat {place.big_file()}', 'RekeyLimit=1M', f'Ciphers={cipher}')
        assert hashlib.sha256(data).hexdigest() == digest()
        exchanges_are_many(server, 4)


def upload(cipher):
    with sshd() as server:
        said = transfer(server.port, 'sha256sum', 'RekeyLimit=1M', f'Ciphers={cipher}', upload=True)
        assert said.split()[0].decode() == digest()
        exchanges_are_many(server, 50)


def both_at_once(cipher):
    with sshd() as server:
        data = transfer(server.port, 'cat', 'RekeyLimit=1M', f'Ciphers={cipher}', upload=True)
        assert hashlib.sha256(data).hexdigest() == digest()
        exchanges_are_many(server, 50)


def the_server_rekeys_every_mib_too():
    with Sshd([HOST], place.authorized_keys(MINE), 'RekeyLimit 1M') as server:
        data = transfer(server.port, 'cat', upload=True)
        assert hashlib.sha256(data).hexdigest() == digest()
        exchanges_are_many(server, 50)


def our_server_both_ways_with_rekeys_by_the_client():
    with nacre.Server([HOST], place.authorized_keys(MINE)) as server, open(place.big_file(), 'rb') as source:
        done = nacre.run(server.port, 'cat', key=MINE, known=place.known_hosts(server.port, HOST), input=source,
                         options=['RekeyLimit=1M'], flags=['--trace'])
        assert done.returncode == 0 and hashlib.sha256(done.stdout).hexdigest() == digest(), done.stderr[-2000:]
        exchanges = len(re.findall(r'^<- \d+ newkeys', done.stderr, re.M))
        assert exchanges >= 50, exchanges


def openssh_client_both_ways_with_rekeys():
    with nacre.Server([HOST], place.authorized_keys(MINE)) as server, open(place.big_file(), 'rb') as source:
        known = place.known_hosts(server.port, HOST)
        done = subprocess.run(
            [place.program('ssh'), '-F', '/dev/null', '-v', '-p', str(server.port), '-i', MINE, '-o', 'IdentitiesOnly=yes',
             '-o', f'UserKnownHostsFile={known}', '-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'RekeyLimit=1M',
             '-o', 'IdentityAgent=none', f'{place.USER}@127.0.0.1', 'cat'], stdin=source, capture_output=True, timeout=120)
        assert hashlib.sha256(done.stdout).hexdigest() == digest(), (done.stderr[-800:], server.lines)
        assert done.stderr.count(b'SSH2_MSG_NEWKEYS received') >= 50


def named(test, cipher):
    return f'64 MiB {test.__name__.replace("_", " ")} with {cipher}', functools.partial(test, cipher)


tap.run([named(download, 'aes256-gcm@openssh.com'), named(download, 'chacha20-poly1305@openssh.com'),
         named(upload, 'aes256-gcm@openssh.com'), named(upload, 'chacha20-poly1305@openssh.com'),
         named(both_at_once, 'aes256-gcm@openssh.com'), named(both_at_once, 'aes128-ctr'),
         the_server_rekeys_every_mib_too, our_server_both_ways_with_rekeys_by_the_client,
         openssh_client_both_ways_with_rekeys])
