# Knows: Dropbear as server and as client. Must not know: how ours work.
import functools
import os
import re

import dropbear
import nacre
import place
import tap

ED = place.key('ed25519', 'user')
KEX = ['curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521',
       'diffie-hellman-group14-sha256', 'diffie-hellman-group14-sha1']
CIPHERS = ['chacha20-poly1305@openssh.com', 'aes256-ctr', 'aes128-ctr']
MACS = ['hmac-sha2-256', 'hmac-sha1']
KEYS = {'ssh-ed25519': ('ed25519', None), 'ecdsa-sha2-nistp256': ('ecdsa', 256), 'ecdsa-sha2-nistp384': ('ecdsa', 384),
        'ecdsa-sha2-nistp521': ('ecdsa', 521), 'rsa-sha2-256': ('rsa', 2048), 'ssh-rsa': ('rsa', 2048), 'ssh-dss': ('dss', None)}
OLD_KEYS = 'ssh-rsa,ssh-dss'


def host_keys(most=None):
    """In Dropbear's format; its server takes four, and shows one ECDSA key of them."""
    kinds = [kind for kind in KEYS.values() if most is None or kind not in (KEYS['ecdsa-sha2-nistp384'], KEYS['ecdsa-sha2-nistp521'])]
    return [dropbear.host_key(*kind) for kind in dict.fromkeys(kinds)][:most]


def user_key(name):
    """One of ssh-keygen's."""
    kind, bits = KEYS[name]
    return place.key('dsa' if kind == 'dss' else kind, 'mine', bits)


@functools.cache
def server(*keys):
    if os.geteuid() != 0:
        raise tap.NotHere('Dropbear with a throwaway home needs root: it sets its groups')
    here = dropbear.Server(keys or host_keys(4), place.authorized_keys(ED, *(user_key(name) for name in KEYS)))
    place.atexit.register(here.__exit__)
    return here.__enter__()


def to_server(command='echo pearl', key=ED, options=(), input=b'', known=None, flags=(), at=None):
    at = at or server()
    known = place.known_hosts(at.port, *(known or host_keys()))
    return nacre.run(at.port, command, key=key, known=known, options=options, input=input, flags=flags)


def pearl(done):
    assert done.returncode == 0 and done.stdout == b'pearl\n', done


def its_server_takes_cipher(name):
    done = to_server(options=[f'Ciphers={name}'], flags=['--trace'])
    pearl(done)
    assert name in done.stderr


def its_server_compresses():
    done = to_server('cat', input=b'pearl\n' * 100000, flags=['-C', '--trace'])
    assert done.returncode == 0 and done.stdout == b'pearl\n' * 100000, done.stderr[-2000:]
    # Both sides name it first, so RFC 4253 7.1 chooses it.
    assert done.stderr.count('compression_c2s=zlib@openssh.com,none compression_s2c=zlib@openssh.com,none') == 2, done.stderr


def its_server_takes_mac(name):
    done = to_server(options=['Ciphers=aes128-ctr', f'MACs={name}'], flags=['--trace'])
    pearl(done)
    assert name in done.stderr


def its_server_shows_host_key(name):
    key = dropbear.host_key(*KEYS[name])
    at = server() if key in host_keys(4) else server(key)
    done = to_server(options=[f'HostKeyAlgorithms={name}'], known=[key], flags=['--trace'], at=at)
    pearl(done)
    assert name in done.stderr


def its_server_takes_user_key(name):
    done = to_server(options=[f'PubkeyAcceptedAlgorithms={name}'], key=user_key(name), flags=['--trace'])
    pearl(done)
    assert name in done.stderr


def its_server_has_nothing_else():
    """All that it offers is forced above, but for what are no algorithms."""
    offer = next(line for line in to_server(flags=['--trace']).stderr.splitlines() if line.startswith('<- 0 kexinit'))
    for field, tried in (('kex', KEX), ('host_key', KEYS), ('cipher_c2s', CIPHERS), ('mac_c2s', MACS)):
        names = re.search(rf' {field}=(\S+)', offer)[1].split(',')
        left = [name for name in names if name not in tried and not re.match('kexguess2|ext-info|kex-strict', name)]
        assert not left, (field, left)


def its_server_gives_status_and_signal():
    assert to_server('exit 7').returncode == 7
    done = to_server('kill -TERM $$')
    assert done.returncode == 255 and 'TERM' in done.stderr, done


def its_server_echoes_eight_mib():
    data = os.urandom(8 << 20)
    done = to_server('cat', input=data, options=['RekeyLimit=1M'])
    assert done.returncode == 0 and done.stdout == data, (done.returncode, done.stderr[-2000:])


def its_server_refuses_a_stranger():
    done = to_server('echo no', key=place.key('ed25519', 'stranger'))
    assert done.returncode == 255 and 'authentication' in done.stderr.lower(), done


def its_server_takes_kex(name):
    done = to_server(options=[f'KexAlgorithms={name}'], flags=['--trace'])
    pearl(done)
    assert name in done.stderr


def its_client_uses_kex(name):
    """dbclient cannot be told which: a server of ours that knows nothing else can."""
    with nacre.Server([place.key('ed25519', 'host')], place.authorized_keys(dropbear.host_key('ed25519'), name='authorized_kex'),
                      flags=['-o', f'KexAlgorithms={name}']) as one:
        pearl(dropbear.client(one.port, dropbear.host_key('ed25519'), 'echo pearl'))


@functools.cache
def ours():
    here = nacre.Server([place.key('ed25519', 'host')], place.authorized_keys(ED, *host_keys(), name='authorized_ours'),
                        flags=['-o', 'MACs=+hmac-sha1', '-o', f'PubkeyAcceptedAlgorithms=+{OLD_KEYS}'])
    place.atexit.register(here.__exit__)
    return here.__enter__()


def dbclient(command, key=None, **how):
    return dropbear.client(ours().port, key or dropbear.host_key('ed25519'), command, **how)


def its_client_shows_user_key(name):
    pearl(dbclient('echo pearl', key=dropbear.host_key(*KEYS[name])))


def its_client_takes_host_key(name):
    """dbclient cannot be told which: a server of ours that has no other key can."""
    with nacre.Server([user_key(name)], place.authorized_keys(dropbear.host_key('ed25519'), name='authorized_host'),
                      flags=['-o', f'HostKeyAlgorithms={name}']) as one:
        pearl(dropbear.client(one.port, dropbear.host_key('ed25519'), 'echo pearl'))


def its_client_runs_a_command():
    pearl(dbclient('echo pearl'))


def its_client_uses_cipher(name):
    pearl(dbclient('echo pearl', options=['-c', name]))


def its_client_uses_mac(name):
    pearl(dbclient('echo pearl', options=['-c', 'aes128-ctr', '-m', name]))


def its_client_gets_the_status():
    assert dbclient('exit 7').returncode == 7


def its_client_echoes_eight_mib():
    """On a busy machine dbclient 2022.83 now and then does not end after both sides have sent CLOSE: only its bytes count."""
    data = os.urandom(8 << 20)
    argv = dropbear.client_argv(ours().port, dropbear.host_key('ed25519'), 'cat')
    assert dropbear.process.echo(argv, data) == data


def each(names, test):
    return [(f'{test.__name__.replace("_", " ")} {name}', functools.partial(test, name)) for name in names]


tap.run(each(KEX, its_server_takes_kex) + each(KEX, its_client_uses_kex) + each(CIPHERS, its_server_takes_cipher) +
        each(MACS, its_server_takes_mac) + each(KEYS, its_server_shows_host_key) +
        each(KEYS, its_server_takes_user_key) + each(KEYS, its_client_shows_user_key) + each(KEYS, its_client_takes_host_key) + [
    its_server_has_nothing_else,
    its_server_compresses,
    its_server_gives_status_and_signal,
    its_server_echoes_eight_mib,
    its_server_refuses_a_stranger,
    its_client_runs_a_command,
    its_client_gets_the_status,
    its_client_echoes_eight_mib,
] + each(CIPHERS, its_client_uses_cipher) + each(MACS, its_client_uses_mac))
