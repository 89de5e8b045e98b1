# Knows: known_hosts files, ours and OpenSSH's opinion of them, and host keys that change. Must not know: how keys are judged.
import base64
import hashlib
import hmac
import os
import random
import re
import subprocess

import nacre
import place
import process
import tap
from sshd import Sshd

PROBE = os.path.join(nacre.BUILD, 'tests', 'live', 'trust_probe')
USER = place.key('ed25519', 'user')
KEYS = {name: place.key(kind, name, bits) for name, kind, bits in (
    ('a', 'ed25519', None), ('b', 'ed25519', None), ('c', 'ecdsa', 256), ('d', 'ecdsa', 384), ('r', 'rsa', 3072))}
HOSTS = [('reef', 22), ('reef', 2222), ('lagoon.example', 22), ('deep.lagoon.example', 22), ('192.0.2.7', 22),
         ('192.0.2.7', 2222), ('trench', 22)]


def name_of(host, port):
    return host if port == 22 else f'[{host}]:{port}'


def hashed(name, rng):
    salt = bytes(rng.randrange(256) for _ in range(20))
    mac = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return '|1|' + '|'.join(base64.b64encode(part).decode() for part in (salt, mac))


def host_field(rng):
    names = [name_of(*host) for host in HOSTS]
    pool = names * 2 + ['*', '*.example', '?eef', 'r??f', '192.0.2.*', '[*]:2222', '[192.0.2.?]:2222', 'REEF', 'Lagoon.Example']
    if rng.random() < .25:
        return hashed(rng.choice(names), rng)
    return ','.join(('!' if rng.random() < .2 else '') + rng.choice(pool) for _ in range(rng.choice((1, 1, 2, 3))))


def line(rng, keys, markers):
    if rng.random() < .12:
        return rng.choice(['# a remark', '', 'nonsense', 'reef', 'reef ssh-ed25519', '@unknown reef ' + place.public(KEYS['a']),
                           'reef ssh-foo AAAAB3NzaC1mb28=', '   # another'])
    marker = rng.choice([''] * 6 + markers)
    comment = rng.choice(['', ' somebody', '\tsomebody else'])
    return f'{marker}{host_field(rng)} {place.public(KEYS[rng.choice(keys)])}{comment}'


def known_file(rng, name, keys='abcdr', markers=('@revoked ', '@cert-authority ')):
    """A file of a few lines; the last one may lack its newline, and the lines may end as DOS has it."""
    text = rng.choice(['\n', '\n', '\r\n']).join(line(rng, keys, [*markers]) for _ in range(rng.randrange(1, 9)))
    return place.write(name, text + rng.choice(['', '\n']))


def ask_us(questions):
    text = ''.join(f'{file} {host} {port} {key}.pub\n' for file, host, port, key in questions)
    done = process.run([PROBE], input=text.encode())
    assert done.returncode == 0, done.stderr
    rows = [re.fullmatch(r'lines=([\d,]*) (\w+)=(\d+)', row) for row in done.stdout.decode().split('\n')[:-1]]
    assert len(rows) == len(questions) and all(rows)
    return [([int(n) for n in row[1].split(',') if n], row[2], int(row[3])) for row in rows]


def ask_keygen(file, host, port):
    done = subprocess.run([place.program('ssh-keygen'), '-F', name_of(host, port), '-f', file], capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, text=True)
    return [int(n) for n in re.findall(r'^# Host .* found: line (\d+)', done.stdout, re.M)]


def lines_are_found_as_ssh_keygen_finds_them():
    rng = random.Random(4)
    questions = [(file, *host, KEYS['a']) for file in [known_file(rng, f'found{i}') for i in range(40)] for host in HOSTS]
    assert len(questions) >= 200
    matched = 0
    for question, (lines, _, _) in zip(questions, ask_us(questions)):
        theirs = ask_keygen(*question[:3])
        with open(question[0], encoding='utf-8') as file:
            assert lines == theirs, f'{question}: we find {lines}, ssh-keygen {theirs} in\n{file.read()}'
        matched += len(lines) > 0
    assert matched > 50, matched


def ssh(port, known, *options, host='127.0.0.1'):
    words = [place.program('ssh'), '-F', '/dev/null', '-p', str(port), '-i', USER, '-l', place.USER]
    settings = ['BatchMode=yes', 'StrictHostKeyChecking=yes', f'UserKnownHostsFile={known}', 'GlobalKnownHostsFile=/dev/null',
                'IdentitiesOnly=yes', 'CheckHostIP=no', 'KexAlgorithms=curve25519-sha256', *options]
    for setting in settings:
        words += ['-o', setting]
    return process.run([*words, host, 'echo pearl'])


def verdict_of(done):
    """What ssh decided, in our words."""
    for words, verdict in (('REVOKED HOST KEY DETECTED', 'revoked'), ('IDENTIFICATION HAS CHANGED', 'changed'),
                           ('host key is known for', 'unknown')):
        if words in done.stderr:
            return verdict
    assert done.returncode == 0 and b'pearl' in done.stdout, done.stderr
    return 'match'


# The differences. A host that is known by keys of other types alone is to ssh a changed one; to us its key is unknown, and
# the policy, which is told of the others, decides: accept-new and reject refuse. And ssh takes a line for a host's bare name
# for every port of it, where a line with the port is missing; to us that is another name.
IN_SSHS_WORDS = {'other': 'changed'}


def keys_are_judged_as_ssh_judges_them():
    rng = random.Random(12)
    names = [host for host, port in HOSTS if port == 22]
    seen = {}
    with nacre.Server([KEYS['a']], place.authorized_keys(USER)) as server:
        files = [known_file(rng, f'judged{i}', 'aabc', ['@revoked '] * 3 + ['@cert-authority ']) for i in range(22)]
        questions = [(file, host, 22, KEYS['a']) for file in files for host in rng.sample(names, 2)]
        for (file, host, _, _), (_, ours, _) in zip(questions, ask_us(questions)):
            theirs = verdict_of(ssh(server.port, file, f'HostKeyAlias={host}', 'HostKeyAlgorithms=ssh-ed25519'))
            with open(file, encoding='utf-8') as f:
                assert IN_SSHS_WORDS.get(ours, ours) == theirs, f'{host}: we say {ours}, ssh {theirs} of\n{f.read()}'
            seen[ours] = seen.get(ours, 0) + 1
    assert all(seen.get(kind, 0) > 1 for kind in ('match', 'unknown', 'other', 'changed', 'revoked')), seen


def connect(port, known, *options, **how):
    return nacre.run(port, 'echo pearl', key=USER, known=known, options=['BatchMode=yes', *options], **how)


def assert_pearl(done):
    assert done.returncode == 0 and b'pearl' in done.stdout, done.stderr


def our_client_says_what_ssh_says_and_where():
    with Sshd([KEYS['a']], place.authorized_keys(USER)) as sshd:
        port_name = f'[127.0.0.1]:{sshd.port}'
        rng = random.Random(5)
        rows = [
            (f'{hashed(port_name, rng)} {place.public(KEYS["a"])}\n', None),
            (f'# one\n{hashed("[127.0.0.1]:1", rng)} {place.public(KEYS["b"])}\n{port_name} {place.public(KEYS["a"])}', None),
            (f'{port_name} {place.public(KEYS["b"])}\n{port_name} {place.public(KEYS["a"])}\n', None),
            (f'\n{port_name} {place.public(KEYS["b"])}\n', r'has changed: SHA256:\S+ is known \(.*, line 2\), SHA256:'),
            (f'{port_name} {place.public(KEYS["a"])}\n@revoked * {place.public(KEYS["a"])}\n', r'revoked: .*, line 2'),
            (f'{port_name} {place.public(KEYS["c"])}\n', r'is not known: .*; keys of other types are'),
            (f'127.0.0.1 {place.public(KEYS["b"])}\n', r'is not known: ssh-ed25519 SHA256:'),
        ]
        for i, (text, words) in enumerate(rows):
            known = place.write(f'said{i}', text)
            done, theirs = connect(sshd.port, known), ssh(sshd.port, known, 'HostKeyAlgorithms=ssh-ed25519')
            if words is None:
                assert_pearl(done)
                assert_pearl(theirs)
            else:
                assert done.returncode == 255 and re.search(words, done.stderr), done.stderr
                assert theirs.returncode == 255
        known = place.write('portless', f'127.0.0.1 {place.public(KEYS["a"])}\n')
        assert connect(sshd.port, known).returncode == 255
        assert_pearl(ssh(sshd.port, known, 'HostKeyAlgorithms=ssh-ed25519'))


def a_known_rsa_key_never_brings_sha1():
    with Sshd([KEYS['r'], KEYS['a']], place.authorized_keys(USER)) as sshd:
        since = sshd.mark()
        known = place.known_hosts(sshd.port, KEYS['r'], name='known_rsa')
        for options in ((), ('Preset=legacy',)):
            assert_pearl(connect(sshd.port, known, *options))
        assert sshd.said(r'kex: host key algorithm: rsa-sha2-512', since) == 2
        assert not sshd.said(r'kex: host key algorithm: ssh-rsa', since)


def new_keys_of_sshd_are_learned_and_old_ones_dropped():
    authorized = place.authorized_keys(USER)
    with Sshd([KEYS['a'], KEYS['c'], KEYS['r']], authorized) as sshd:
        name, port = f'[127.0.0.1]:{sshd.port}', sshd.port
        known = place.write('learning', f'# mine\n{name} {place.public(KEYS["a"])}\nother,{name} {place.public(KEYS["b"])}\n')
        assert_pearl(connect(port, known))  # with a file of its own nothing is learned unless it is asked for
        with open(known, encoding='utf-8') as file:
            assert file.read().count('\n') == 3
        for _ in range(2):  # the second time there is nothing to do
            assert_pearl(connect(port, known, 'UpdateHostKeys=yes'))
            with open(known, encoding='utf-8') as file:
                text = file.read()
            expected = [f'{name} {place.public(KEYS[k])}' for k in 'acr']
            assert sorted(text.split('\n')) == sorted(['', '# mine', f'other {place.public(KEYS["b"])}', *expected]), text
        # The new keys hold in another exchange, one by one.
        for algorithm in ('ecdsa-sha2-nistp256', 'rsa-sha2-256'):
            assert_pearl(connect(port, known, f'HostKeyAlgorithms={algorithm}'))
    # By an RSA key that signs with another hash, into a hashed file.
    with Sshd([KEYS['r'], KEYS['d']], authorized) as sshd:
        name = f'[127.0.0.1]:{sshd.port}'
        known = place.write('hidden', f'{hashed(name, random.Random(6))} {place.public(KEYS["r"])}\n')
        assert_pearl(connect(sshd.port, known, 'UpdateHostKeys=yes', 'HashKnownHosts=yes', 'HostKeyAlgorithms=rsa-sha2-256,ecdsa*'))
        with open(known, encoding='utf-8') as file:
            text = file.read()
        assert text.count('|1|') == 2 and '127.0.0.1' not in text, text
        assert_pearl(connect(sshd.port, known, 'HostKeyAlgorithms=ecdsa-sha2-nistp384'))


def ssh_learns_our_keys_and_forgets_old_ones():
    keys = [KEYS['a'], KEYS['c'], KEYS['r']]
    with nacre.Server(keys, place.authorized_keys(USER)) as server:
        name = f'[127.0.0.1]:{server.port}'
        for algorithm in ('ssh-ed25519', 'rsa-sha2-256', 'rsa-sha2-512'):
            first = KEYS['r'] if algorithm.startswith('rsa') else KEYS['a']
            known = place.write('theirs', f'{name} {place.public(first)}\n{name} {place.public(KEYS["d"])}\n')
            done = ssh(server.port, known, 'UpdateHostKeys=yes', f'HostKeyAlgorithms={algorithm},ssh-ed25519,ecdsa*,rsa-sha2-512')
            assert_pearl(done)
            with open(known, encoding='utf-8') as file:
                text = file.read()
            for key in keys:
                assert place.public(key) in text, (algorithm, text, done.stderr)
            assert place.public(KEYS['d']) not in text, text


def an_alias_and_a_list_of_revoked_keys_are_honoured():
    with Sshd([KEYS['a']], place.authorized_keys(USER)) as sshd:
        known = place.write('aliased', f'lagoon {place.public(KEYS["a"])}\n')
        assert_pearl(connect(sshd.port, known, 'HostKeyAlias=lagoon'))
        assert connect(sshd.port, known).returncode == 255
        listed = place.write('revoked', place.public(KEYS['a']) + '\n')
        krl = place.path('krl')
        subprocess.run([place.program('ssh-keygen'), '-q', '-k', '-f', krl, KEYS['a'] + '.pub'], check=True,
                       stdin=subprocess.DEVNULL)
        for file in (listed, krl):
            done = connect(sshd.port, known, 'HostKeyAlias=lagoon', f'RevokedHostKeys={file}')
            assert done.returncode == 255 and 'is revoked' in done.stderr, done.stderr
        assert connect(sshd.port, known, 'HostKeyAlias=lagoon', f'RevokedHostKeys={place.path("absent")}').returncode == 255


def a_local_host_needs_no_known_key_where_that_is_asked_for():
    free = 'NoHostAuthenticationForLocalhost=yes'
    with Sshd([KEYS['a']], place.authorized_keys(USER)) as here:
        changed = place.known_hosts(here.port, KEYS['b'], name='known_local')
        with open(changed, encoding='utf-8') as file:
            before = file.read()
        for known in ('/dev/null', changed):
            for options in ([], [free, 'HostKeyAlias=127.0.0.1'], ['NoHostAuthenticationForLocalhost=no'],
                            [free, f'RevokedHostKeys={KEYS["a"]}.pub']):
                done = connect(here.port, known, 'StrictHostKeyChecking=yes', *options)
                assert done.returncode == 255 and done.stdout == b'' and 'host key' in done.stderr, (options, done)
            assert_pearl(connect(here.port, known, 'StrictHostKeyChecking=yes', free))
        with open(changed, encoding='utf-8') as file:
            assert file.read() == before
        # A jump host does not get it.
        done = connect(here.port, '/dev/null', 'StrictHostKeyChecking=yes', free,
                       f'ProxyJump={place.USER}@localhost:{here.port}')
        assert done.returncode == 255 and done.stdout == b'' and 'jump host localhost' in done.stderr, done


def accept_new_takes_what_is_new_and_nothing_else():
    with Sshd([KEYS['a']], place.authorized_keys(USER)) as sshd:
        name = f'[127.0.0.1]:{sshd.port}'
        known = place.path('new')
        assert_pearl(connect(sshd.port, known, 'StrictHostKeyChecking=accept-new'))
        with open(known, encoding='utf-8') as file:
            assert file.read() == f'{name} {place.public(KEYS["a"])}\n'
        assert_pearl(ssh(sshd.port, known))
        for other in (KEYS['b'], KEYS['c']):
            done = connect(sshd.port, place.write('old', f'{name} {place.public(other)}\n'), 'StrictHostKeyChecking=accept-new')
            assert done.returncode == 255, done.stderr


tap.run([
    lines_are_found_as_ssh_keygen_finds_them,
    keys_are_judged_as_ssh_judges_them,
    our_client_says_what_ssh_says_and_where,
    a_known_rsa_key_never_brings_sha1,
    new_keys_of_sshd_are_learned_and_old_ones_dropped,
    ssh_learns_our_keys_and_forgets_old_ones,
    an_alias_and_a_list_of_revoked_keys_are_honoured,
    a_local_host_needs_no_known_key_where_that_is_asked_for,
    accept_new_takes_what_is_new_and_nothing_else,
])
