# Knows: servers and clients that can only do old things, and what our presets make of them. Must not know: the protocol.
import nacre
import place
import process
import tap
from sshd import Sshd

HOST = place.key_for('ssh-ed25519', 'host')
USER = place.key_for('ssh-ed25519', 'user')
OLD = {'KexAlgorithms': 'diffie-hellman-group14-sha1', 'Ciphers': 'aes128-cbc', 'MACs': 'hmac-sha1'}
WOULD = 'the legacy preset would connect: diffie-hellman-group14-sha1,aes128-cbc,hmac-sha1'


def connect(port, *flags, options=()):
    return nacre.run(port, 'echo pearl', key=USER, known=place.known_hosts(port, HOST), flags=flags, options=options)


def an_old_server_is_for_the_legacy_preset_and_the_hint_says_so():
    settings = '\n'.join(f'{keyword} {value}' for keyword, value in OLD.items())
    with Sshd([HOST], place.authorized_keys(USER), settings=settings) as server:
        for flags in ((), ('--preset', 'default'), ('--preset', 'strict')):
            done = connect(server.port, *flags)
            assert done.returncode == 255 and WOULD in done.stderr, done
        done = connect(server.port, '--preset', 'legacy')
        assert (done.returncode, done.stdout) == (0, b'pearl\n'), done
        done = connect(server.port, options=[f'{keyword}=+{value}' for keyword, value in OLD.items()])
        assert (done.returncode, done.stdout) == (0, b'pearl\n'), done


def where_no_preset_would_connect_none_is_named():
    with Sshd([HOST], place.authorized_keys(USER), settings='Ciphers aes128-ctr') as server:
        done = connect(server.port, '--preset', 'strict')
        assert done.returncode == 255 and 'the default preset would connect: aes128-ctr\n' in done.stderr, done
    if 'ssh-dss' not in place.openssh_has('key'):
        return  # OpenSSH 10 has nothing left that no preset of ours has
    with Sshd([HOST], place.authorized_keys(USER), settings='HostKeyAlgorithms ssh-dss') as server:
        done = connect(server.port)
        assert done.returncode == 255 and 'would connect' not in done.stderr, done


def an_old_client_is_served_by_the_legacy_preset():
    ssh = [place.program('ssh'), '-F', 'none', '-i', USER, '-o', 'BatchMode=yes', '-o', 'GlobalKnownHostsFile=none']
    ssh += [word for keyword, value in OLD.items() for word in ('-o', f'{keyword}={value}')]
    for flags, code in (((), 255), (('--preset', 'legacy'), 0), (('--preset', 'strict'), 255)):
        with nacre.Server([HOST], place.authorized_keys(USER), flags=flags) as server:
            known = place.known_hosts(server.port, HOST)
            done = process.run([*ssh, '-o', f'UserKnownHostsFile={known}', '-p', str(server.port),
                                f'{place.USER}@127.0.0.1', 'echo pearl'])
            assert done.returncode == code and (done.stdout == b'pearl\n') == (code == 0), (flags, done)


def the_strict_preset_agrees_on_what_it_promises():
    with Sshd([HOST], place.authorized_keys(USER)) as server:
        done = connect(server.port, '--preset', 'strict', '--trace')
        assert (done.returncode, done.stdout) == (0, b'pearl\n'), done
        server.wait_for(r'kex: algorithm: (mlkem|sntrup)')
        server.wait_for(r'MAC: <implicit>')


tap.run([
    an_old_server_is_for_the_legacy_preset_and_the_hint_says_so,
    where_no_preset_would_connect_none_is_named,
    an_old_client_is_served_by_the_legacy_preset,
    the_strict_preset_agrees_on_what_it_promises,
])
