# Knows: what OpenSSH's ssh must see when it comes to our server. Must not know: how the server works.
import functools
import os
import re

import nacre
import place
import process
import tap

HOST = place.keys_for('host')
MINE = place.keys_for('user')
NOT_USUAL = ','.join(name for name in place.keys_to_try() if name not in place.KEYS)
ED = place.key_for('ssh-ed25519', 'user')
PASSWORD = 'a grain of sand'


@functools.cache
def server():
    old = ['-o', 'Compression=yes', '-o', f'KexAlgorithms=+{",".join(place.OLD_KEX)}', '-o', f'Ciphers=+{",".join(place.CBC)}',
           '-o', f'MACs=+{",".join(place.OLD_MACS)}', '-o', f'HostKeyAlgorithms=+{NOT_USUAL}', '-o', f'PubkeyAcceptedAlgorithms=+{NOT_USUAL}']
    here = nacre.Server(HOST, place.authorized_keys(*MINE), password=PASSWORD, flags=old)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def ssh(*command, options=(), key=ED, input=b'', known=None, env=None, port=None, verbose='-v'):
    port = port or server().port
    words = [place.program('ssh'), '-F', '/dev/null', verbose, '-p', str(port), '-l', place.USER]
    settings = [f'UserKnownHostsFile={known or place.known_hosts(port, *HOST)}', 'GlobalKnownHostsFile=/dev/null',
                'IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=yes', *options]
    settings += [f'IdentityFile={key}', 'BatchMode=yes'] if key else ['PubkeyAuthentication=no']
    for setting in settings:
        words += ['-o', setting]
    return process.run(words + ['127.0.0.1', *command], input=input, env={**os.environ, **(env or {})})


def expect(done, *patterns):
    assert done.returncode == 0 and done.stdout == b'pearl\n', (done.returncode, done.stdout, done.stderr[-3000:])
    for pattern in patterns:
        assert re.search(pattern, done.stderr), f'{pattern}\n{done.stderr[-4000:]}'


def with_kex(name):
    expect(ssh('echo pearl', options=[f'KexAlgorithms={name}']), rf'kex: algorithm: {re.escape(name)}\s')


def with_host_key(name):
    known = place.known_hosts(server().port, place.key_for(name, 'host'), name='known_one')
    expect(ssh('echo pearl', options=[f'HostKeyAlgorithms={name}'], known=known), rf'kex: host key algorithm: {name}\s')


def with_cipher(name, mac=None):
    options = [f'Ciphers={name}'] + ([f'MACs={mac}'] if mac else [])
    used = re.escape(mac or '<implicit>')
    expect(ssh('echo pearl', options=options), rf'kex: client->server cipher: {re.escape(name)} MAC: {used} ',
           rf'kex: server->client cipher: {re.escape(name)} MAC: {used} ')


def with_compression_both_ways():
    used = r'cipher: \S+ MAC: \S+ compression: zlib@openssh\.com'
    expect(ssh('echo pearl', options=['Compression=yes']), 'kex: client->server ' + used, 'kex: server->client ' + used,
           r'[Ee]nabling compression')


def compressed_mebibytes_come_back_through_rekeys():
    data = os.urandom(1 << 20) + b'sand ' * (1 << 20)
    done = ssh('cat', options=['Compression=yes', 'RekeyLimit=256K'], input=data)
    assert done.returncode == 0 and done.stdout == data, (done.returncode, done.stderr[-2000:])


def with_user_key(name):
    done = ssh('echo pearl', options=[f'PubkeyAcceptedAlgorithms={name}'], key=place.key_for(name, 'user'))
    expect(done, r'Authenticated to .* using "publickey"')


def the_signature_algorithms_are_announced():
    expect(ssh('echo pearl'), r'server-sig-algs=<[^>]*rsa-sha2-512')


def strict_kex_is_agreed():
    expect(ssh('echo pearl'), 'resetting send seqnr', 'resetting read seqnr')


def a_password_is_accepted():
    asker = place.write('askpass', f'#!/bin/sh\necho "{PASSWORD}"\n', 0o700)
    env = {'SSH_ASKPASS': asker, 'SSH_ASKPASS_REQUIRE': 'force'}
    expect(ssh('echo pearl', key=None, env=env), r'Authenticated to .* using "password"')


def a_wrong_password_is_refused():
    asker = place.write('askpass', '#!/bin/sh\necho "a grain of salt"\n', 0o700)
    done = ssh('echo no', key=None, env={'SSH_ASKPASS': asker, 'SSH_ASKPASS_REQUIRE': 'force'})
    assert done.returncode == 255 and done.stdout == b'' and 'Permission denied' in done.stderr, done


def a_key_that_is_not_authorized_is_refused():
    done = ssh('echo no', key=place.key('ed25519', 'stranger'), options=['PasswordAuthentication=no'])
    assert done.returncode == 255 and 'Permission denied' in done.stderr, done


def exit_status_is(status):
    assert ssh(f'exit {status}').returncode == status


def a_command_killed_by_a_signal_is_told():
    done = ssh('kill -TERM $$')
    assert done.returncode == 255 and 'exit-signal' in done.stderr, done


def standard_input_is_passed_on_and_ends():
    done = ssh('cat; echo end', input=b'sand\n')
    assert (done.returncode, done.stdout) == (0, b'sand\nend\n'), done


def both_streams_may_be_full_at_once():
    done = ssh('head -c 8388608 /dev/zero >&2 & head -c 8388608 /dev/zero; wait; echo end')
    assert done.returncode == 0 and len(done.stdout) == 8388608 + 4 and done.stderr.count('\0') == 8388608


def commands_one_after_another_on_one_connection():
    socket, known = place.path('master'), place.known_hosts(server().port, *HOST, name='known_master')
    with process.Background([
            place.program('ssh'), '-F', '/dev/null', '-v', '-N', '-M', '-S', socket, '-p', str(server().port), '-i', ED,
            '-o', f'UserKnownHostsFile={known}', '-o', 'IdentitiesOnly=yes', '-o', 'IdentityAgent=none',
            '-o', 'BatchMode=yes', f'{place.USER}@127.0.0.1']) as master:
        master.wait_for('Entering interactive session')
        first, second = (ssh(c, options=[f'ControlPath={socket}']) for c in ('echo one', 'echo two; exit 5'))
        assert first.stdout == b'one\n' and (second.stdout, second.returncode) == (b'two\n', 5), (first, second)
        assert 'Authenticated to' not in first.stderr + second.stderr


def without_shell_mode_only_the_registry_is_served():
    with nacre.Server(HOST[:1], place.authorized_keys(*MINE), shell=False) as plain:
        known = place.known_hosts(plain.port, *HOST[:1], name='known_plain')
        good = nacre.run(plain.port, 'echo pearl', key=ED, known=known)
        assert good.stdout == b'pearl\n' and good.returncode == 0, good
        bad = nacre.run(plain.port, 'ls /', key=ED, known=known)
        assert bad.returncode != 0 and bad.stdout == b'', bad


def by_group_exchange(bits, *flags):
    """ssh asks for 8192 bits, and tells how many its own value has set, of how many."""
    with nacre.Server(HOST[:1], place.authorized_keys(*MINE), flags=flags) as choosing:
        done = ssh('echo pearl', options=['KexAlgorithms=diffie-hellman-group-exchange-sha256'], port=choosing.port,
                   verbose='-vv')
        expect(done, r'kex: algorithm: diffie-hellman-group-exchange-sha256\s', rf'bits set: \d+/{bits}\s')


def group_exchange_takes_a_group_of_the_file_of_moduli():
    everything = '/etc/ssh/moduli'
    tap.need(os.path.exists(everything), f'{everything} is not there')
    with open(everything, encoding='utf-8') as file:
        of_3072_bits = [line for line in file if line.split()[4:5] == ['3071']]
    tap.need(of_3072_bits, f'{everything} has no group of 3072 bits')
    by_group_exchange(3072, '--moduli', place.write('moduli', ''.join(of_3072_bits)))
    by_group_exchange(8192, '--moduli', everything)


def group_exchange_without_a_file_takes_a_group_of_rfc_3526():
    by_group_exchange(8192)


def a_file_of_moduli_that_is_not_there_is_an_error():
    done = process.run([nacre.TOOL, 'serve', '--moduli', place.path('nothing'), '--authorized-keys', place.authorized_keys(ED)])
    assert done.returncode == 255 and 'moduli' in done.stderr, done


def each(names, test, what):
    return [(f'ssh sees {what} {name}', functools.partial(test, name)) for name in names]


tap.run(each(place.kex_to_try(), with_kex, 'key exchange') + each(place.keys_to_try(), with_host_key, 'host key algorithm') +
        each(place.keys_to_try(), with_user_key, 'user key algorithm') + each(place.AEAD, with_cipher, 'cipher') +
        [(f'ssh sees cipher {c} with {m}', functools.partial(with_cipher, c, m)) for c, m in dict.fromkeys(place.WITH_MAC)] +
        [(f'exit status {n} arrives', functools.partial(exit_status_is, n)) for n in (0, 7, 255)] + [
    place.check_that_all_are_tried,
    with_compression_both_ways,
    compressed_mebibytes_come_back_through_rekeys,
    the_signature_algorithms_are_announced,
    strict_kex_is_agreed,
    a_password_is_accepted,
    a_wrong_password_is_refused,
    a_key_that_is_not_authorized_is_refused,
    a_command_killed_by_a_signal_is_told,
    standard_input_is_passed_on_and_ends,
    both_streams_may_be_full_at_once,
    commands_one_after_another_on_one_connection,
    without_shell_mode_only_the_registry_is_served,
    group_exchange_takes_a_group_of_the_file_of_moduli,
    group_exchange_without_a_file_takes_a_group_of_rfc_3526,
    a_file_of_moduli_that_is_not_there_is_an_error,
])
