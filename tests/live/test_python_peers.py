# Knows: Paramiko and AsyncSSH as servers and as clients. Must not know: how ours work.
import functools
import hashlib
import os

import nacre
import place
import python_peer
import tap

HOST, ED, PASSWORD = place.key('ed25519', 'host'), place.key('ed25519', 'user'), 'a grain of sand'
RSA = place.key('rsa', 'user', 3072)


def peer(package, mode='run'):
    """One of their servers."""
    arguments = [HOST, place.authorized_keys(ED, RSA), place.USER, PASSWORD] + ([mode] if package == 'paramiko' else [])
    return python_peer.Server(package, f'peer_{package}_server.py', *arguments)


@functools.cache
def standing(package):
    here = peer(package)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def to(server, command='echo pearl', key=ED, **how):
    return nacre.run(server.port, command, key=key, known=place.known_hosts(server.port, HOST), **how)


def pearl(done):
    assert done.returncode == 0 and done.stdout == b'pearl\n', done


def server_runs_a_command(package):
    pearl(to(standing(package)))


def server_takes_an_rsa_key(package):
    pearl(to(standing(package), key=RSA))


def server_takes_a_password(package):
    port = standing(package).port
    done, shown = nacre.run_with_terminal(port, 'echo pearl', known=place.known_hosts(port, HOST),
                                          answers=[('assword', PASSWORD)])
    pearl(done)
    assert PASSWORD not in shown + done.stderr, 'the password was echoed'


def server_refuses_a_wrong_password(package):
    port = standing(package).port
    done, shown = nacre.run_with_terminal(port, 'echo no', known=place.known_hosts(port, HOST),
                                          answers=[('assword', 'a grain of salt')] * 6)
    assert done.returncode == 255 and 'authentication' in (done.stderr + shown).lower(), (done, shown)


def server_gives_the_status(package):
    assert to(standing(package), 'exit 7').returncode == 7


def server_keeps_both_streams_apart(package):
    done = to(standing(package), 'head -c 1048576 /dev/zero >&2 & head -c 1048576 /dev/zero; wait')
    assert (done.returncode, len(done.stdout), done.stderr.count('\0')) == (0, 1 << 20, 1 << 20), done.stderr.strip('\0')


def server_echoes_four_mib(package):
    """Paramiko's with rekeys. AsyncSSH 2.10 goes on sending data after its own KEXINIT, which RFC 4253 7.1 forbids and we
    refuse."""
    data = os.urandom(4 << 20)
    done = to(standing(package), 'cat', input=data, options=['RekeyLimit=1M'] if package == 'paramiko' else [])
    assert done.returncode == 0 and hashlib.sha256(done.stdout).digest() == hashlib.sha256(data).digest(), (
        done.stderr[-2000:] + '\n'.join(standing(package).lines[-40:]))


def an_end_without_a_status_is_told():
    with peer('paramiko', 'no-exit-status') as server:
        done = to(server)
        assert done.returncode == 255 and done.stdout == b'pearl\n' and done.stderr, done


def a_signal_with_a_message_is_told():
    with peer('paramiko', 'exit-signal') as server:
        done = to(server)
        assert done.returncode == 255 and 'TERM' in done.stderr, done


@functools.cache
def ours():
    here = nacre.Server([HOST], place.authorized_keys(ED, RSA), password=PASSWORD)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def client(package, command, *input_bytes, credential=ED):
    known = place.known_hosts(ours().port, HOST)
    done = python_peer.run_client(package, f'peer_{package}_client.py', ours().port, known, place.USER, credential, command,
                                  *input_bytes)
    return done.stdout.decode().strip(), done.stderr


def client_runs_a_command(package):
    assert client(package, 'echo pearl; echo sand >&2; exit 7')[0] == 'pearl\n|sand\n|7', client(package, 'echo pearl')


def client_uses_an_rsa_key(package):
    assert client(package, 'echo pearl', credential=RSA)[0] == 'pearl\n||0', client(package, 'true', credential=RSA)


def client_uses_a_password(package):
    assert client(package, 'echo pearl', credential='password:' + PASSWORD)[0] == 'pearl\n||0'


def client_is_refused_with_a_wrong_password(package):
    out, err = client(package, 'echo pearl', credential='password:wrong')
    assert out == '' and ('Authentication failed' in err or 'PermissionDenied' in err), (out, err)


def client_echoes_four_mib(package):
    out, err = client(package, 'cat', 4 << 20)
    assert out == 'same|0', (out, err)


BOTH = [server_runs_a_command, server_takes_an_rsa_key, server_takes_a_password, server_refuses_a_wrong_password,
        server_gives_the_status, server_keeps_both_streams_apart, server_echoes_four_mib, client_runs_a_command,
        client_uses_an_rsa_key, client_uses_a_password, client_is_refused_with_a_wrong_password, client_echoes_four_mib]

tap.run([(f'{package} {test.__name__.replace("_", " ")}', functools.partial(test, package))
         for package in ('paramiko', 'asyncssh') for test in BOTH] +
        [an_end_without_a_status_is_told, a_signal_with_a_message_is_told])
