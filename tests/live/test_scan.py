# Knows: nacre scan beside ssh-keyscan, against OpenSSH's server, Dropbear, our own and what is none. Must not know: the
# protocol.
import functools
import json
import os
import socket
import subprocess
import threading

import dropbear
import nacre
import place
import process
import tap
from sshd import Sshd

HOSTS = [place.key('ed25519', 'host'), place.key('rsa', 'host', 3072), place.key('ecdsa', 'host', 256),
         place.key('ecdsa', 'host', 521)]
TYPES = ['ssh-ed25519', 'ssh-rsa', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp521']
ED = place.key('ed25519', 'user')


@functools.cache
def sshd():
    banner = place.write('banner', 'only for \x1b[31mdivers\n')
    here = Sshd(HOSTS, place.authorized_keys(ED), settings=f'Banner {banner}')
    place.atexit.register(here.__exit__)
    return here.__enter__()


def scan(port, *words, host='127.0.0.1'):
    return process.run([nacre.TOOL, 'scan', '-p', str(port), *words, host])


def keyscan(port, *words):
    return process.run([place.program('ssh-keyscan'), '-p', str(port), *words, '127.0.0.1'])


def lines(done):
    assert done.returncode == 0, done
    return sorted(done.stdout.decode().splitlines())


def described(port, *words, host='127.0.0.1'):
    done = scan(port, '--json', *words, host=host)
    return json.loads(done.stdout), done


def keys_are_those_of_ssh_keyscan_and_those_of_further_curves():
    for words, more in (([], 1), (['-t', 'rsa'], 0), (['-t', 'rsa,ed25519'], 0), (['-t', 'ecdsa'], 1)):
        ours, theirs = lines(scan(sshd().port, *words)), lines(keyscan(sshd().port, *words))
        assert set(theirs) <= set(ours) and len(ours) == len(theirs) + more, (ours, theirs)
    comments = {line for line in keyscan(sshd().port, '-t', 'ed25519').stderr.splitlines()}
    assert set(scan(sshd().port).stderr.splitlines()) == comments, comments
    assert scan(sshd().port, '-q').stderr == ''


def nobody_was_named():
    mark = sshd().mark()
    lines(scan(sshd().port))
    sshd().wait_for('only looking|Received disconnect', since=mark)
    assert sshd().said('userauth-request|userauth_request', since=mark) == 0


def hashed_names_are_found_by_ssh_keygen():
    text = scan(sshd().port, '-H').stdout.decode()
    assert text.count('|1|') == 4, text
    file = place.write('hashed', text)
    for name, found in ((f'[127.0.0.1]:{sshd().port}', 4), ('127.0.0.1', 0)):
        done = process.run([place.program('ssh-keygen'), '-F', name, '-f', file])
        assert done.stdout.decode().count('|1|') == found, done


def what_was_scanned_is_trusted():
    file = place.write('scanned', scan(sshd().port).stdout.decode())
    done = nacre.run(sshd().port, 'echo pearl', key=ED, known=file, options=['StrictHostKeyChecking=yes'])
    assert done.stdout == b'pearl\n', done


def the_rest_is_told_in_json():
    told, _ = described(sshd().port, '-l', 'nobody-here')
    assert told['host'] == '127.0.0.1' and told['port'] == sshd().port
    assert told['ident'].startswith('SSH-2.0-OpenSSH_')
    assert sorted(k['type'] for k in told['host_keys']) == sorted(TYPES), told
    for key in told['host_keys']:
        file = place.write('one.pub', key['key'] + '\n')
        shown = process.run([place.program('ssh-keygen'), '-lf', file]).stdout.decode().split()
        assert shown[0] == str(key['bits']) and shown[1] == key['fingerprint'], (shown, key)
    assert set(told['authentication']['methods']) == {'publickey', 'password'}, told['authentication']
    assert told['authentication']['none_accepted'] is False
    assert told['authentication']['banner'] == 'only for \\x1b[31mdivers\n'
    assert told['algorithms']['strict_kex'] is True
    assert 'rsa-sha2-512' in told['algorithms']['server_sig_algs']


def lists_are_those_that_ssh_sees():
    """ssh -vv prints the peer's proposal list by list."""
    said = process.run([place.program('ssh'), '-vv', '-F', '/dev/null', '-o', 'BatchMode=yes', '-o',
                        f'UserKnownHostsFile={os.devnull}', '-p', str(sshd().port), '127.0.0.1']).stderr
    peers = said.split('peer server KEXINIT proposal')[1].splitlines()
    told, _ = described(sshd().port)
    for label, name in (('KEX algorithms', 'kex'), ('host key algorithms', 'host_key'),
                        ('ciphers ctos', 'cipher_client_to_server'), ('ciphers stoc', 'cipher_server_to_client'),
                        ('MACs ctos', 'mac_client_to_server'), ('MACs stoc', 'mac_server_to_client'),
                        ('compression ctos', 'compression_client_to_server')):
        line = next(line for line in peers if f'{label}: ' in line)
        assert line.split(': ', 2)[2].strip() == ','.join(told['algorithms'][name]), (line, told['algorithms'][name])


def dropbear_is_scanned_as_ssh_keyscan_does():
    if os.geteuid() != 0:
        raise tap.NotHere('Dropbear with a throwaway home needs root: it sets its groups')
    keys = [dropbear.host_key('ed25519'), dropbear.host_key('ecdsa', 256), dropbear.host_key('rsa', 2048)]
    with dropbear.Server(keys, place.authorized_keys(ED)) as server:
        assert lines(scan(server.port)) == lines(keyscan(server.port))
        told, _ = described(server.port)
        assert len(told['host_keys']) == 3 and 'dropbear' in told['ident'], told
        assert 'publickey' in told['authentication']['methods'], told


def our_own_server_is_scanned_too():
    with nacre.Server(HOSTS[:2], place.authorized_keys(ED)) as server:
        assert lines(scan(server.port)) == lines(keyscan(server.port))
        told, _ = described(server.port)
        assert told['ident'].startswith('SSH-2.0-Nacre') and told['algorithms']['strict_kex'], told
        assert told['authentication']['methods'] == ['publickey'], told


def an_old_dsa_key_is_shown():
    if 'ssh-dss' not in place.openssh_has('key'):
        raise tap.NotHere('this OpenSSH has no DSA keys any more')
    old = place.key('dsa', 'host')
    with Sshd([HOSTS[0], old], place.authorized_keys(ED), settings='HostKeyAlgorithms +ssh-dss') as server:
        assert lines(scan(server.port, '-t', 'dsa')) == lines(keyscan(server.port, '-t', 'dsa'))
        assert len(lines(scan(server.port))) == 2


def an_old_server_answers():
    settings = 'KexAlgorithms diffie-hellman-group14-sha1\nCiphers aes128-cbc\nMACs hmac-sha1\nHostKeyAlgorithms ssh-rsa'
    with Sshd([HOSTS[1]], place.authorized_keys(ED), settings=settings) as old:
        assert lines(scan(old.port))[0].split()[1:] == place.public(HOSTS[1]).split()
        told, _ = described(old.port)
        assert told['agreed'] == {'kex': 'diffie-hellman-group14-sha1', 'host_key': 'ssh-rsa', 'cipher': 'aes128-cbc',
                                  'mac': 'hmac-sha1'}, told
        told, _ = described(old.port, '--preset', 'strict')
        assert told['agreed']['kex'] is None and told['algorithms']['mac_client_to_server'] == ['hmac-sha1'], told


def one_failure_does_not_stop_the_others():
    port = sshd().port
    done = process.run([nacre.TOOL, 'scan', '-p', str(port), '-t', 'ed25519', 'no-such-host.invalid', '127.0.0.1', 'a|b',
                        'localhost'])
    assert done.returncode == 0 and done.stdout.decode().count('ssh-ed25519') >= 1, done
    assert 'no-such-host.invalid: ' in done.stderr and 'a|b: ' in done.stderr, done
    hosts = place.write('hosts', '# reefs\n\n127.0.0.1\n127.0.0.1,other # twice\n')
    done = process.run([nacre.TOOL, 'scan', '-p', str(port), '-t', 'rsa', '-f', hosts])
    assert len(lines(done)) == 2, done
    closed = place.free_port()
    assert scan(closed).returncode == 1 and scan(closed).stdout == b'' == keyscan(closed).stdout
    told, done = described(closed)
    assert done.returncode == 1 and told['algorithms']['error']['code'] == 'NACRE_E_CONNECT', told
    assert scan(port, '-t', 'foo').returncode == 255 == keyscan(port, '-t', 'foo').returncode


def what_a_server_says_is_made_fit_to_show():
    """A name in a list may not hold a quote or a control character; the identification may."""
    hostile = b'SSH-2.0-"},\x1b]0;pwned\x07\\ \xff\r\n'
    with socket.create_server(('127.0.0.1', 0)) as listener:
        def serve():
            for _ in range(2):
                caller = listener.accept()[0]
                with caller:
                    caller.sendall(hostile)
                    caller.shutdown(socket.SHUT_WR)
                    while caller.recv(4096):
                        pass
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        told, done = described(port)
        shown = scan(port)
        thread.join(10)
    assert not any(c < 0x20 and c != 0x0a for c in done.stdout + shown.stdout + shown.stderr.encode()), (done, shown)
    assert told['ident'] in ('', 'SSH-2.0-"},\\x1b]0;pwned\\x07\\ \\xff', 'SSH-2.0-"},\\x1b]0;pwned\\x07\\\\ \\xff'), told
    assert done.returncode == 1 and 'error' in told['algorithms'], told


tap.run([keys_are_those_of_ssh_keyscan_and_those_of_further_curves, nobody_was_named, hashed_names_are_found_by_ssh_keygen,
         what_was_scanned_is_trusted, the_rest_is_told_in_json, lists_are_those_that_ssh_sees,
         dropbear_is_scanned_as_ssh_keyscan_does, our_own_server_is_scanned_too, an_old_dsa_key_is_shown, an_old_server_answers,
         one_failure_does_not_stop_the_others, what_a_server_says_is_made_fit_to_show])
