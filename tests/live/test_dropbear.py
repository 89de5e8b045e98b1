# Knows: Dropbear as server and as client. Must not know: how ours work.
import functools
import os

import dropbear
import nacre
import place
import tap

ED = place.key('ed25519', 'user')
KEX = ['curve25519-sha256', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384', 'ecdh-sha2-nistp521', 'diffie-hellman-group14-sha256']
CIPHERS = ['chacha20-poly1305@openssh.com', 'aes256-ctr', 'aes128-ctr']
MACS = ['hmac-sha2-256', 'hmac-sha1']
HOST_KEYS = {'ssh-ed25519': ('ed25519', None), 'ecdsa-sha2-nistp256': ('ecdsa', 256), 'rsa-sha2-256': ('rsa', 2048)}


@functools.cache
def server():
    if os.geteuid() != 0:
        raise tap.NotHere('Dropbear with a throwaway home needs root: it sets its groups')
    keys = [dropbear.host_key(*kind) for kind in HOST_KEYS.values()]
    here = dropbear.Server(keys, place.authorized_keys(ED))
    place.atexit.register(here.__exit__)
    return here.__enter__()


def to_server(command='echo pearl', key=ED, options=(), input=b'', host_keys=None, flags=()):
    keys = host_keys or [dropbear.host_key(*kind) for kind in HOST_KEYS.values()]
    known = place.known_hosts(server().port, *keys)
    return nacre.run(server().port, command, key=key, known=known, options=options, input=input, flags=flags)


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
    pearl(to_server(options=[f'HostKeyAlgorithms={name}'], host_keys=[dropbear.host_key(*HOST_KEYS[name])]))


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
    here = nacre.Server([place.key('ed25519', 'host')], place.authorized_keys(ED, dropbear.host_key('ed25519')),
                        flags=['-o', 'MACs=+hmac-sha1'])
    place.atexit.register(here.__exit__)
    return here.__enter__()


def dbclient(command, **how):
    return dropbear.client(ours().port, dropbear.host_key('ed25519'), command, **how)


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
        each(MACS, its_server_takes_mac) + each(HOST_KEYS, its_server_shows_host_key) + [
    its_server_compresses,
    its_server_gives_status_and_signal,
    its_server_echoes_eight_mib,
    its_server_refuses_a_stranger,
    its_client_runs_a_command,
    its_client_gets_the_status,
    its_client_echoes_eight_mib,
] + each(CIPHERS, its_client_uses_cipher) + each(MACS, its_client_uses_mac))
