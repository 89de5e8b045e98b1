# Knows: the throwaway directory of a script's tests, with keys and known_hosts in it. Must not know: what is done with them.
import atexit
import functools
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile

import tap

HERE = os.path.dirname(os.path.abspath(__file__))
USER = pwd.getpwuid(os.getuid()).pw_name
HOME = pwd.getpwuid(os.getuid()).pw_dir

os.environ.pop('SSH_AUTH_SOCK', None)  # nobody's own agent is asked
DIR = tempfile.mkdtemp(prefix='nacre-live-')
atexit.register(shutil.rmtree, DIR, True)
os.chdir(DIR)  # what a peer makes by a relative name goes with it


def path(name):
    return os.path.join(DIR, name)


def write(name, text, mode=0o600):
    """Writes a file anew; returns its path."""
    with open(path(name), 'w', encoding='utf-8', opener=lambda p, flags: os.open(p, flags, mode)) as file:
        file.write(text)
    return path(name)


def program(name):
    """The path of a program, or the test is skipped."""
    return tap.need(shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin:/usr/local/sbin'),
                    f'{name} is not installed')


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


@functools.cache
def key(kind, name='key', bits=None, passphrase=''):
    """A throwaway private key of ssh-keygen's, made once; its public half is beside it."""
    file = path(f'{name}-{kind}{bits or ""}')
    argv = [program('ssh-keygen'), '-q', '-t', kind, '-N', passphrase, '-C', 'throwaway', '-f', file]
    subprocess.run(argv + (['-b', str(bits)] if bits else []), check=True, stdin=subprocess.DEVNULL)
    return file


@functools.cache
def pem_of(file):
    """A copy of a private key in OpenSSL's own format; an ed25519 key, which has none there, as it is."""
    copy = file + '.pem'
    shutil.copy(file, copy)
    subprocess.run([program('ssh-keygen'), '-q', '-p', '-m', 'PEM', '-P', '', '-N', '', '-f', copy], check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return copy


def public(file):
    """The type and base64 of a key's public half."""
    with open(file + '.pub', encoding='utf-8') as pub:
        return ' '.join(pub.read().split()[:2])


def known_hosts(port, *files, name='known_hosts', marker=''):
    return write(name, ''.join(f'{marker}[127.0.0.1]:{port} {public(f)}\n' for f in files))


def authorized_keys(*files, name='authorized_keys'):
    return write(name, ''.join(public(f) + '\n' for f in files))


# Name for ssh-keygen, name on the wire.
KEYS = {
    'ssh-ed25519': ('ed25519', None),
    'ecdsa-sha2-nistp256': ('ecdsa', 256),
    'ecdsa-sha2-nistp384': ('ecdsa', 384),
    'ecdsa-sha2-nistp521': ('ecdsa', 521),
    'rsa-sha2-512': ('rsa', 3072),
    'rsa-sha2-256': ('rsa', 3072),
}


OLD_KEYS = {'ssh-rsa': ('rsa', 3072), 'ssh-dss': ('dsa', None)}
NEW_KEYS = {'ssh-mldsa44-ed25519@openssh.com': ('mldsa44-ed25519', None)}


def key_for(algorithm, name):
    kind, bits = (KEYS | OLD_KEYS | NEW_KEYS)[algorithm]
    return key(kind, name, bits)


def keys_to_try():
    """KEYS, and of OLD_KEYS and NEW_KEYS what this OpenSSH has: ssh-dss up to version 9, ML-DSA from 10.4 on."""
    return [*KEYS, *(name for name in OLD_KEYS | NEW_KEYS if name in openssh_has('key'))]


def keys_for(name):
    """A key for each of these."""
    return list(dict.fromkeys(key_for(algorithm, name) for algorithm in keys_to_try()))


def check_that_all_are_tried():
    """What this OpenSSH has is forced, one at a time, by whoever runs all of the lists here; but for keys in devices, which are
    not at hand, webauthn's form of their signatures, which browsers make, and certificates, which live/certificates has."""
    elsewhere = re.compile(r'sk-|webauthn-|.*-cert-|mlkem768nistp256-sha256')  # the last: a draft, of OpenSSH 10.5
    for what, tried in (('kex', kex_to_try()), ('cipher', AEAD + CTR + CBC), ('mac', MACS + OLD_MACS),
                        ('sig', keys_to_try()), ('key', [*keys_to_try(), 'ssh-rsa'])):
        left = [name for name in openssh_has(what) if name not in tried and not elsewhere.match(name)]
        assert not left, (what, left)


OLD_KEX = ['diffie-hellman-group14-sha1', 'diffie-hellman-group-exchange-sha1', 'diffie-hellman-group1-sha1']
# In our order; OpenSSH has the first from 9.9 on, the second from 9.9 on or as a distribution adds it.
POST_QUANTUM = ['mlkem768x25519-sha256', 'sntrup761x25519-sha512', 'sntrup761x25519-sha512@openssh.com']
# The others are those that OpenSSH 9.2 has; group15-sha512 and group17-sha512 it has not.
KEX = [*POST_QUANTUM, 'curve25519-sha256', 'curve25519-sha256@libssh.org', 'ecdh-sha2-nistp256', 'ecdh-sha2-nistp384',
       'ecdh-sha2-nistp521', 'diffie-hellman-group16-sha512', 'diffie-hellman-group18-sha512',
       'diffie-hellman-group14-sha256', 'diffie-hellman-group-exchange-sha256', *OLD_KEX]
AEAD = ['aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com', 'aes128-gcm@openssh.com']
CTR = ['aes256-ctr', 'aes192-ctr', 'aes128-ctr']
CBC = ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc']
MACS = ['hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256-etm@openssh.com', 'umac-128-etm@openssh.com', 'hmac-sha2-256',
        'hmac-sha2-512', 'umac-128@openssh.com', 'umac-64-etm@openssh.com', 'umac-64@openssh.com']
OLD_MACS = ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96-etm@openssh.com', 'hmac-sha1-96',
            'hmac-md5-etm@openssh.com', 'hmac-md5', 'hmac-md5-96-etm@openssh.com', 'hmac-md5-96']
# Each cipher with the first MAC of either kind, each MAC with one cipher: what is left is another tuple of the same parts.
WITH_MAC = [(c, m) for c in CTR + CBC for m in (MACS[0], MACS[3])] + [('aes128-ctr', m) for m in MACS + OLD_MACS] + [
    ('aes128-cbc', m) for m in ('umac-64-etm@openssh.com', 'umac-128@openssh.com', 'hmac-sha1', 'hmac-md5-96')]


@functools.cache
def openssh_has(what):
    """What the installed OpenSSH has: 'kex', 'key', ..."""
    return subprocess.run([program('ssh'), '-Q', what], check=True, capture_output=True, text=True).stdout.split()


def kex_to_try():
    """KEX, without the post-quantum methods that an older OpenSSH cannot have."""
    return [name for name in KEX if name not in POST_QUANTUM or name in openssh_has('kex')]


@functools.cache
def big_file():
    """64 MiB that do not repeat; the path."""
    with open(path('big'), 'wb') as file:
        for _ in range(64):
            file.write(os.urandom(1 << 20))
    return path('big')
