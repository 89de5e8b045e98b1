# Knows: certificates between us and OpenSSH, for users, both ways. Must not know: how they are checked.
import functools
import os
import re
import shutil
import subprocess
import tempfile

import nacre
import place
import process
import tap
from sshd import Sshd

CA = place.key('ed25519', 'authority')
HOST = place.key('ed25519', 'host')
KINDS = [('ed25519', None), ('ecdsa', 256), ('ecdsa', 384), ('ecdsa', 521), ('rsa', 3072)]


def certified(kind, bits, *options, principals=place.USER, name='certified', ca=CA):
    """A copy of a key with a certificate of its own beside it."""
    file = place.path(f'{name}-{kind}{bits or ""}')
    for end in ('', '.pub'):
        shutil.copy(place.key(kind, 'plain', bits) + end, file + end)
    subprocess.run([place.program('ssh-keygen'), '-q', '-s', ca, '-I', 'pearl diver', '-n', principals, *options,
                    file + '.pub'], check=True, stdin=subprocess.DEVNULL)
    return file


@functools.cache
def sshd():
    """Nobody enters by a plain key."""
    here = Sshd([HOST], place.write('nobody', ''), settings=f'TrustedUserCAKeys {CA}.pub')
    place.atexit.register(here.__exit__)
    return here.__enter__()


@functools.cache
def served():
    here = nacre.Server([HOST], flags=['--user-ca', CA + '.pub'])
    place.atexit.register(here.__exit__)
    return here.__enter__()


def ours(key, *command, port=None):
    port = port or sshd().port
    return nacre.run(port, *(command or ['echo pearl']), key=key, known=place.known_hosts(port, HOST, name=f'known{port}'))


def ssh(key, *command, user=place.USER, port=None, known=None):
    port = port or served().port
    known = known or place.known_hosts(port, HOST, name='known_served')
    words = [place.program('ssh'), '-F', '/dev/null', '-v', '-p', str(port), '-l', user]
    for setting in (f'UserKnownHostsFile={known}', f'IdentityFile={key}',
                    'GlobalKnownHostsFile=/dev/null', 'IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes',
                    'StrictHostKeyChecking=yes'):
        words += ['-o', setting]
    return process.run(words + ['127.0.0.1', *(command or ['echo pearl'])], env=dict(os.environ))


def assert_pearl(done):
    assert done.returncode == 0 and done.stdout == b'pearl\n', (done.returncode, done.stdout, done.stderr[-3000:])


def assert_refused(done):
    assert done.returncode != 0 and done.stdout == b'', (done.returncode, done.stdout)


def sshd_takes(kind, bits):
    since = sshd().mark()
    assert_pearl(ours(certified(kind, bits)))
    sshd().wait_for(r'Accepted publickey for \S+ .* ID pearl diver \(serial 0\) CA ED25519', since)


class Agent(process.Background):
    def __init__(self, key):
        self.socket = os.path.join(tempfile.mkdtemp(dir=place.DIR), 's')
        super().__init__([place.program('ssh-agent'), '-D', '-a', self.socket])
        self.key = key

    def __enter__(self):
        self.wait_for('SSH_AUTH_SOCK')
        done = process.run([place.program('ssh-add'), '-q', self.key], env={**os.environ, 'SSH_AUTH_SOCK': self.socket})
        assert done.returncode == 0, done.stderr
        return self


def elsewhere(name):
    """A certificate that does not lie beside its key."""
    return shutil.move(certified('ed25519', None, name=name) + '-cert.pub', place.path(f'{name}-kept.pub'))


def login(*options, key=None):
    known = place.known_hosts(sshd().port, HOST, name='known_elsewhere')
    return nacre.run(sshd().port, 'echo pearl', key=key, known=known, options=options)


def a_certificate_that_is_kept_elsewhere_goes_with_a_file():
    kept, key = elsewhere('apart'), place.key('ed25519', 'plain', None)
    assert_refused(login(key=key))
    assert_pearl(login(f'CertificateFile={kept}', key=key))
    # One that is not there, and another key's, hinder nobody.
    other = shutil.move(certified('ecdsa', 256, name='apart') + '-cert.pub', place.path('other.pub'))
    assert_pearl(login('CertificateFile=/no/such/file', f'CertificateFile={other}', f'CertificateFile={kept}', key=key))
    assert_refused(login(f'CertificateFile={other}', key=key))
    # And from a file of configuration.
    config = place.write('config_apart', f'Host *\n CertificateFile {kept}\n IdentityFile {key}\n IdentitiesOnly yes\n')
    words = nacre.argv(sshd().port, 'echo pearl', known=place.known_hosts(sshd().port, HOST, name='known_elsewhere'))
    words[words.index('-F') + 1] = config
    assert_pearl(process.run(words))


def a_certificate_that_is_kept_elsewhere_goes_with_an_agents_key():
    kept, key = elsewhere('apart'), place.key('ed25519', 'plain', None)
    with Agent(key) as agent:
        assert_refused(login(f'IdentityAgent={agent.socket}'))
        assert_pearl(login(f'IdentityAgent={agent.socket}', f'CertificateFile={kept}'))
        # Where only named keys count, the agent's must be named.
        assert_pearl(login(f'IdentityAgent={agent.socket}', f'CertificateFile={kept}', 'IdentitiesOnly=yes', key=key + '.pub'))
        assert_refused(login(f'IdentityAgent={agent.socket}', f'CertificateFile={kept}', 'IdentitiesOnly=yes',
                             'IdentityFile=none'))


def our_server_takes(kind, bits):
    since = served().mark()
    assert_pearl(ssh(certified(kind, bits)))
    served().wait_for(r'certificate "pearl diver", serial 0', since)


def a_plain_key_enters_nowhere():
    plain = place.key('ed25519', 'plain', None)
    assert_refused(ours(plain))
    assert_refused(ssh(plain))


def refused_for(reason, *options, principals=place.USER, ca=CA):
    key, since = certified('ed25519', None, *options, principals=principals, name='bad', ca=ca), served().mark()
    assert_refused(ssh(key))
    assert_refused(ours(key, port=served().port))
    served().wait_for(re.escape(reason), since)


def a_forced_command_runs_whatever_is_asked_for():
    key = certified('ed25519', None, '-O', 'force-command=echo $SSH_ORIGINAL_COMMAND is a pearl', name='forced')
    for done in (ssh(key, 'echo stone'), ours(key, 'echo stone'), ours(key, 'echo stone', port=served().port)):
        assert done.returncode == 0 and done.stdout == b'echo stone is a pearl\n', (done.stdout, done.stderr[-2000:])


def the_right_address_enters():
    key = certified('ed25519', None, '-O', 'source-address=127.0.0.0/8,::1', name='near')
    assert_pearl(ssh(key))
    assert_pearl(ours(key))


def another_users_name_is_not_in_it():
    assert_refused(ssh(certified('ed25519', None), user='nobody'))


def with_host_certificate(*options, principals='127.0.0.1'):
    """A server that shows a certificate, and has only that key."""
    key = certified('ecdsa', 256, '-h', *options, principals=principals, name='shown')
    return Sshd([key], place.authorized_keys(place.key('ed25519', 'plain', None)), settings=f'HostCertificate {key}-cert.pub')


def connect(server, known):
    return nacre.run(server.port, 'echo pearl', key=place.key('ed25519', 'plain', None), known=known)


def a_host_is_trusted_by_its_authority():
    with with_host_certificate() as server:
        since = server.mark()
        assert_pearl(connect(server, place.known_hosts(server.port, CA, name='known_ca', marker='@cert-authority ')))
        server.wait_for(r'kex: host key algorithm: ecdsa-sha2-nistp256-cert-v01@openssh\.com', since)
        # Revoked, the authority or the key: never, whatever else is known.
        shown = place.key('ecdsa', 'plain', 256)
        for revoked in (CA, shown):
            text = ''.join(f'{mark}[127.0.0.1]:{server.port} {place.public(file)}\n' for mark, file in (
                ('@cert-authority ', CA), ('', shown), ('@revoked ', revoked)))
            done = connect(server, place.write('known_revoked', text))
            assert_refused(done)
            assert 'revoked' in done.stderr, done.stderr
        # Without an authority the plain key counts, and is asked for.
        since = server.mark()
        assert_pearl(connect(server, place.known_hosts(server.port, shown, name='known_plain')))
        server.wait_for(r'kex: host key algorithm: ecdsa-sha2-nistp256\s', since)
        assert_refused(connect(server, '/dev/null'))


def a_host_certificate_that_is_not_good_leaves_the_plain_key():
    shown = place.key('ecdsa', 'plain', 256)
    for how in (dict(principals='other.example'), dict(options=('-V', '20100101:20110101'))):
        with with_host_certificate(*how.get('options', ()), principals=how.get('principals', '127.0.0.1')) as server:
            line = f'@cert-authority [127.0.0.1]:{server.port} {place.public(CA)}\n'
            done = connect(server, place.write('known_bad', line))
            assert_refused(done)
            known = f'{line}[127.0.0.1]:{server.port} {place.public(shown)}\n'
            assert_pearl(connect(server, place.write('known_good', known)))


def ssh_trusts_our_host_by_its_authority(kind, bits):
    key = certified(kind, bits, '-h', principals='127.0.0.1', name='ours')
    user = place.key('ed25519', 'plain', None)
    with nacre.Server([key], place.authorized_keys(user), flags=['--host-cert', key + '-cert.pub']) as server:
        for known in (place.known_hosts(server.port, CA, name='ssh_known_ca', marker='@cert-authority '),
                      place.known_hosts(server.port, key, name='ssh_known_plain')):
            assert_pearl(ssh(user, port=server.port, known=known))
            assert_pearl(connect(server, known))
        for how in (dict(principals='other.example'), dict(options=('-V', '20100101:20110101'))):
            certified(kind, bits, '-h', *how.get('options', ()), principals=how.get('principals', '127.0.0.1'), name='bad')
            with nacre.Server([key], place.authorized_keys(user),
                              flags=['--host-cert', place.path(f'bad-{kind}{bits or ""}-cert.pub')]) as bad:
                known = place.known_hosts(bad.port, CA, name='ssh_known_ca', marker='@cert-authority ')
                assert_refused(ssh(user, port=bad.port, known=known))


def a_certificate_for_another_key_is_no_host_certificate():
    key, other = place.key('ed25519', 'plain', None), certified('ecdsa', 256, '-h', name='other')
    for path, words in ((other + '-cert.pub', 'none of the host keys'), (other + '.pub', 'no certificate'),
                        (certified('ed25519', None, name='users') + '-cert.pub', 'no host')):
        done = process.run([nacre.TOOL, 'serve', '-h', key, '--host-cert', path, '--authorized-keys', key + '.pub'])
        assert done.returncode != 0 and words in done.stderr, done.stderr


def refusals():
    other = place.key('ed25519', 'stranger')
    rows = [('not one that is trusted', dict(ca=other)), ('do not include', dict(principals='x' + place.USER)),
            ('do not include', dict(principals='*')), ('not yet valid', ('-V', '20400101:20410101')),
            ('no longer valid', ('-V', '20100101:20110101')), ('for a host', ('-h',)),
            ('not be used from this address', ('-O', 'source-address=192.0.2.0/24')),
            ('not known', ('-O', 'critical:strange@nacre=1'))]
    for i, (reason, how) in enumerate(rows):
        test = functools.partial(refused_for, reason, **how) if isinstance(how, dict) else functools.partial(
            refused_for, reason, *how)
        yield f'a certificate is refused: {reason} ({i + 1})', test


tap.run([(f'sshd takes our certificate for {k}{b or ""}', functools.partial(sshd_takes, k, b)) for k, b in KINDS] +
        [(f'our server takes a certificate for {k}{b or ""}', functools.partial(our_server_takes, k, b)) for k, b in KINDS] +
        [(f'ssh trusts our host by the authority of its {k}{b or ""} key', functools.partial(
            ssh_trusts_our_host_by_its_authority, k, b)) for k, b in KINDS] +
        list(refusals()) + [
    a_certificate_for_another_key_is_no_host_certificate,
    a_plain_key_enters_nowhere,
    a_certificate_that_is_kept_elsewhere_goes_with_a_file,
    a_certificate_that_is_kept_elsewhere_goes_with_an_agents_key,
    a_forced_command_runs_whatever_is_asked_for,
    the_right_address_enters,
    another_users_name_is_not_in_it,
    a_host_is_trusted_by_its_authority,
    a_host_certificate_that_is_not_good_leaves_the_plain_key,
])
