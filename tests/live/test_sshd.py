# Knows: what OpenSSH's sshd must see when our client comes. Must not know: how the client works.
import functools
import os
import re

import nacre
import place
import tap
from sshd import Sshd

HOST = place.keys_for('host')
MINE = place.keys_for('user')
NOT_USUAL = ','.join(name for name in place.keys_to_try() if name not in place.KEYS)
ED = place.key_for('ssh-ed25519', 'user')
TRACED = ('--trace',)


@functools.cache
def server():
    """One server for the whole script: it is cheap to tell connections apart by where they begin in its log."""
    old = f'KexAlgorithms +{",".join(place.kex_to_try())}\nCiphers +{",".join(place.CBC)}\nMACs +{",".join(place.OLD_MACS)}'
    old += f'\nHostKeyAlgorithms +{NOT_USUAL}\nPubkeyAcceptedAlgorithms +{NOT_USUAL}'
    here = Sshd(HOST, place.authorized_keys(*MINE), settings=old)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def known(*keys):
    return place.known_hosts(server().port, *(keys or HOST))


def session(command='echo pearl', options=(), key=ED, keys=(), **how):
    """Runs a command that must succeed; returns the result, and where the server's log of it begins."""
    since = server().mark()
    done = nacre.run(server().port, command, key=key, known=known(*keys), options=options, **how)
    return done, since


def expect(done, since, *patterns):
    assert done.returncode == 0 and done.stdout == b'pearl\n', (done.returncode, done.stdout, done.stderr[-3000:])
    for pattern in patterns:
        server().wait_for(pattern, since)


def with_kex(name):
    done, since = session(options=[f'KexAlgorithms={name}'], flags=TRACED)
    expect(done, since, rf'kex: algorithm: {re.escape(name)}\s')
    assert name in done.stderr


def with_host_key(name):
    done, since = session(options=[f'HostKeyAlgorithms={name}'], keys=[place.key_for(name, 'host')], flags=TRACED)
    expect(done, since, rf'kex: host key algorithm: {name}\s')
    assert name in done.stderr


def with_cipher(name, mac=None):
    options = [f'Ciphers={name}'] + ([f'MACs={mac}'] if mac else [])
    done, since = session(options=options)
    used = re.escape(mac or '<implicit>')
    expect(done, since, rf'kex: client->server cipher: {re.escape(name)} MAC: {used} ',
           rf'kex: server->client cipher: {re.escape(name)} MAC: {used} ')


def with_compression_both_ways():
    done, since = session(flags=['-C'])
    used = r'cipher: \S+ MAC: \S+ compression: zlib@openssh\.com'
    expect(done, since, 'kex: client->server ' + used, 'kex: server->client ' + used,
           r'enabling compress(ion|ed)|Enabling compression')


def eight_compressed_mib_come_back_through_rekeys():
    data = os.urandom(1 << 20) + b'sand ' * (1 << 20)
    done = nacre.run(server().port, 'cat', key=ED, known=known(), flags=['-C'], options=['RekeyLimit=256K'], input=data)
    assert done.returncode == 0 and done.stdout == data, (done.returncode, done.stderr[-2000:])


def with_user_key(name):
    done, since = session(options=[f'PubkeyAcceptedAlgorithms={name}'], key=place.key_for(name, 'user'))
    expect(done, since, rf'attempting public key {name} ', r'Accepted publickey for ')


def the_default_is_the_first_of_each_list_that_the_server_has():
    first = next(name for name in place.KEX if name in place.openssh_has('kex'))
    assert first in place.POST_QUANTUM
    done, since = session()
    expect(done, since, rf'kex: algorithm: {re.escape(first)}\s', r'kex: host key algorithm: ssh-ed25519\s',
           r'cipher: (aes256-gcm|chacha20-poly1305)@openssh\.com MAC: <implicit>')


def the_key_is_sent_without_a_probe_or_none():
    done, since = session()
    expect(done, since, 'Accepted publickey')
    assert server().said(r'userauth-request for user \S+ service ssh-connection method none', since) == 0
    assert server().said(r'Postponed publickey', since) == 0


def strict_kex_is_agreed_where_the_server_knows_it():
    done, since = session(flags=TRACED)
    expect(done, since)
    if server().said('will use strict KEX ordering', since):
        assert 'kex-strict-c' in done.stderr


def known_key_types_are_offered_first():
    done, since = session(keys=[place.key_for('rsa-sha2-512', 'host')])
    expect(done, since, r'kex: host key algorithm: rsa-sha2-512\s')


def the_trace_tells_every_packet_and_no_secret():
    done, _ = session(flags=TRACED)
    for word in ('kexinit', 'newkeys', 'userauth_request', 'channel_open', 'RFC 4253', 'RFC 4252', 'RFC 4254'):
        assert word in done.stderr, word


def exit_status_is(status):
    done, _ = session(f'exit {status}')
    assert done.returncode == status, (done.returncode, done.stderr)


def a_command_killed_by_a_signal_is_told():
    done, _ = session('kill -TERM $$')
    assert done.returncode == 255 and 'TERM' in done.stderr, (done.returncode, done.stderr)


def standard_input_is_passed_on_and_ends():
    done, _ = session('cat; echo end', input=b'sand\n')
    assert (done.returncode, done.stdout) == (0, b'sand\nend\n'), done


def a_command_may_end_before_its_input():
    done, _ = session('exit 3', input=bytes(8 << 20))
    assert done.returncode == 3, (done.returncode, done.stderr)


def both_streams_may_be_full_at_once():
    """Written alternately, 8 MiB each: reading only one of them would stall it."""
    done, _ = session('head -c 8388608 /dev/zero >&2 & head -c 8388608 /dev/zero; wait; echo end >&2; echo end')
    assert done.returncode == 0
    assert len(done.stdout) == 8388608 + 4
    assert done.stderr.count('\0') == 8388608 and done.stderr.endswith('end\n')  # sshd as root adds lines of its own


def the_environment_that_the_server_takes_arrives_empty_by_default():
    done, _ = session('echo "[$NACRE_NOTHING]"')
    assert done.stdout == b'[]\n'


def an_unknown_host_is_refused():
    done = nacre.run(server().port, 'echo no', key=ED, known=place.write('known_nobody', ''))
    assert done.returncode == 255 and done.stdout == b'' and 'not known' in done.stderr, done


def another_key_than_the_known_one_is_refused():
    wrong = place.known_hosts(server().port, place.key('ed25519', 'other'), name='known_wrong')
    done = nacre.run(server().port, 'echo no', key=ED, known=wrong, options=['HostKeyAlgorithms=ssh-ed25519'])
    assert done.returncode == 255 and done.stdout == b'' and 'differs' in done.stderr, done


def a_revoked_key_is_refused():
    right = place.key_for('ssh-ed25519', 'host')
    revoked = place.known_hosts(server().port, right, name='known_revoked', marker='@revoked ')
    done = nacre.run(server().port, 'echo no', key=ED, known=revoked, options=['HostKeyAlgorithms=ssh-ed25519'])
    assert done.returncode == 255 and done.stdout == b'' and 'revoked' in done.stderr, done


def each_refusal_says_something_else():
    port, right = server().port, place.key_for('ssh-ed25519', 'host')
    files = [place.write('r1', ''), place.known_hosts(port, place.key('ed25519', 'other'), name='r2'),
             place.known_hosts(port, right, name='r3', marker='@revoked ')]
    said = [nacre.run(port, 'true', key=ED, known=f, options=['HostKeyAlgorithms=ssh-ed25519']).stderr for f in files]
    said.append(nacre.run(port, 'true', key=place.key('ed25519', 'stranger'), known=known()).stderr)
    assert len(set(said)) == 4 and all(said), said


def a_hashed_known_hosts_is_understood():
    file = place.known_hosts(server().port, *HOST, name='known_hashed')
    place.subprocess.run([place.program('ssh-keygen'), '-q', '-H', '-f', file], check=True, capture_output=True)
    assert '127.0.0.1' not in open(file, encoding='utf-8').read()
    done = nacre.run(server().port, 'echo pearl', key=ED, known=file)
    assert done.stdout == b'pearl\n', done


def a_key_that_is_not_authorized_is_refused():
    done = nacre.run(server().port, 'echo no', key=place.key('ed25519', 'stranger'), known=known())
    assert done.returncode == 255 and 'authentication' in done.stderr.lower(), done


def a_wrong_password_is_refused():
    done, shown = nacre.run_with_terminal(server().port, 'echo no', known=known(), answers=[('assword', 'not this one')] * 4)
    assert done.returncode == 255 and 'authentication' in (done.stderr + shown).lower(), (done, shown)
    assert 'not this one' not in shown + done.stderr


def with_a_terminal_an_unknown_host_is_asked_about():
    empty = place.write('known_asked', '')
    done, shown = nacre.run_with_terminal(server().port, 'echo pearl', key=ED, known=empty,
                                          answers=[(r'(?i)yes', 'yes')], options=['HostKeyAlgorithms=ssh-ed25519'])
    assert done.stdout == b'pearl\n' and 'SHA256:' in shown, (done, shown)


def nothing_in_common_names_both_lists():
    done = nacre.run(weak().port, 'true', key=ED, known=known())
    assert done.returncode == 255 and 'aes256-cbc' in done.stderr and 'aes256-gcm@openssh.com' in done.stderr, done


@functools.cache
def weak():
    here = Sshd([place.key_for('ssh-ed25519', 'host')], place.authorized_keys(*MINE), 'Ciphers aes256-cbc')
    place.atexit.register(here.__exit__)
    return here.__enter__()


def an_option_that_is_not_known_is_an_error():
    done = nacre.run(server().port, 'true', key=ED, known=known(), options=['Frobnicate=yes'])
    assert done.returncode == 255 and 'Frobnicate' in done.stderr, done


def a_closed_port_is_an_error():
    done = nacre.run(place.free_port(), 'true', key=ED)
    assert done.returncode == 255 and 'refused' in done.stderr.lower(), done


def each(names, test, what):
    return [(f'sshd sees {what} {name}', functools.partial(test, name)) for name in names]


tap.run(each(place.kex_to_try(), with_kex, 'key exchange') + each(place.keys_to_try(), with_host_key, 'host key algorithm') +
        each(place.keys_to_try(), with_user_key, 'user key algorithm') + each(place.AEAD, with_cipher, 'cipher') +
        [(f'sshd sees cipher {c} with {m}', functools.partial(with_cipher, c, m)) for c, m in dict.fromkeys(place.WITH_MAC)] +
        [(f'exit status {n} arrives', functools.partial(exit_status_is, n)) for n in (0, 7, 255)] + [
    place.check_that_all_are_tried,
    with_compression_both_ways,
    eight_compressed_mib_come_back_through_rekeys,
    the_default_is_the_first_of_each_list_that_the_server_has,
    the_key_is_sent_without_a_probe_or_none,
    strict_kex_is_agreed_where_the_server_knows_it,
    known_key_types_are_offered_first,
    the_trace_tells_every_packet_and_no_secret,
    a_command_killed_by_a_signal_is_told,
    standard_input_is_passed_on_and_ends,
    a_command_may_end_before_its_input,
    both_streams_may_be_full_at_once,
    the_environment_that_the_server_takes_arrives_empty_by_default,
    an_unknown_host_is_refused,
    another_key_than_the_known_one_is_refused,
    a_revoked_key_is_refused,
    each_refusal_says_something_else,
    a_hashed_known_hosts_is_understood,
    a_key_that_is_not_authorized_is_refused,
    a_wrong_password_is_refused,
    with_a_terminal_an_unknown_host_is_asked_about,
    nothing_in_common_names_both_lists,
    an_option_that_is_not_known_is_an_error,
    a_closed_port_is_an_error,
])
