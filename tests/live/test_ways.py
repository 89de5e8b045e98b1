# Knows: the ways to a server, by real ones: jump hosts, proxy commands, several addresses. Must not know: how they are gone.
import functools
import os
import re

import nacre
import place
import process
import silent
import sshd
import tap

HOST, ED = place.key('ed25519', 'host'), place.key('ed25519', 'user')


@functools.cache
def server():
    here = sshd.Sshd([HOST], place.authorized_keys(ED))
    place.atexit.register(here.__exit__)
    return here.__enter__()


@functools.cache
def servers():
    """Three servers, each with a host key of its own, so that a wrong one would be seen; and what is known of them."""
    keys = [place.key('ed25519', f'host{i}') for i in range(3)]
    here = []
    for key in keys:  # one after the other: the file with its settings is written anew for each
        here.append(sshd.Sshd([key], place.authorized_keys(ED)))
        place.atexit.register(here[-1].__exit__)
        here[-1].__enter__()
    lines = [open(place.known_hosts(one.port, key, name=f'known{i}'), encoding='utf-8').read()
             for i, (one, key) in enumerate(zip(here, keys))]
    return here, place.write('known_three', ''.join(lines))


def known():
    return place.known_hosts(server().port, HOST)


def run(*command, port=None, options=(), flags=(), known_file=None, key=ED, **how):
    return nacre.run(port or server().port, *command, key=key, known=known_file or known(),
                     options=['BatchMode=yes', *options], flags=flags, **how)


def expect(done, out=b'pearl\n'):
    assert done.returncode == 0 and done.stdout == out, (done.returncode, done.stdout, done.stderr[-2000:])


def expect_failure(done, *patterns):
    assert done.returncode == 255 and done.stdout == b'', (done.returncode, done.stdout, done.stderr[-2000:])
    for pattern in patterns:
        assert re.search(pattern, done.stderr), f'{pattern}\n{done.stderr[-2000:]}'


def hop(one):
    return f'{place.USER}@127.0.0.1:{one.port}'


def two_jump_hosts_and_a_server():
    here, file = servers()
    marks = [one.mark() for one in here]
    data = os.urandom(3 << 20)
    done = run('cat', port=here[2].port, flags=['-J', ','.join(hop(one) for one in here[:2])], known_file=file, input=data)
    expect(done, data)
    for one, mark in zip(here, marks):
        one.wait_for('Accepted publickey', since=mark)
    for one, after, mark in zip(here, here[1:], marks):
        one.wait_for(rf'direct-tcpip.* 127\.0\.0\.1 port {after.port}|target 127\.0\.0\.1 port {after.port}', since=mark)


def a_server_behind_our_own_is_not_reached_and_that_is_said():
    with nacre.Server([HOST], place.authorized_keys(ED)) as ours:
        file = place.known_hosts(ours.port, HOST, name='known_ours')
        done = run('true', flags=['-J', hop(ours)], known_file=file)
        expect_failure(done, r'refused to open the channel', rf'jump host 127\.0\.0\.1 port {ours.port}')


def a_jump_host_with_an_unknown_key_is_not_used():
    here, _ = servers()
    mark = here[0].mark()
    done = run('true', flags=['-J', hop(here[0])])
    expect_failure(done, r'host key is not known', rf'jump host 127\.0\.0\.1 port {here[0].port}')
    assert here[0].said('Accepted', since=mark) == 0


def a_jump_host_that_refuses_us_is_named():
    here, file = servers()
    done = run('true', port=here[2].port, flags=['-J', f'{hop(here[0])},nobody-here@127.0.0.1:{here[1].port}'], known_file=file)
    expect_failure(done, rf'jump host 127\.0\.0\.1 port {here[1].port}: ')


def a_jump_host_that_cannot_reach_the_next_is_named():
    here, file = servers()
    done = run('true', port=place.free_port(), flags=['-J', hop(here[0])], known_file=file)
    expect_failure(done, rf'jump host 127\.0\.0\.1 port {here[0].port}: ', r'the peer says: .*onnect')


def a_configuration_names_the_server_and_each_jump_host():
    here, file = servers()
    names = ['first', 'second', 'target']
    blocks = ''.join(f'Host {name}\n Hostname 127.0.0.1\n Port {one.port}\n' for name, one in zip(names, here))
    config = place.write('config', f'Host target\n ProxyJump first,second\n{blocks}Host *\n User {place.USER}\n'
                                   f' IdentityFile {ED}\n UserKnownHostsFile {file}\n GlobalKnownHostsFile none\n')
    marks = [one.mark() for one in here]
    expect(process.run([nacre.TOOL, 'exec', '-F', config, '-o', 'BatchMode=yes', 'target', 'echo', 'pearl']))
    for one, mark in zip(here, marks):
        one.wait_for('Accepted publickey', since=mark)
    config = place.write('config', f'Host target\n ProxyCommand python3 {RELAY} 127.0.0.1 %p\n{blocks}Host *\n User {place.USER}\n'
                                   f' IdentityFile {ED}\n UserKnownHostsFile {file}\n GlobalKnownHostsFile none\n')
    expect(process.run([nacre.TOOL, 'exec', '-F', config, '-o', 'BatchMode=yes', 'target', 'echo', 'pearl']))


def a_jump_host_is_judged_by_its_own_configuration():
    here, file = servers()
    learned = place.path('learned')
    blocks = ''.join(f'Host {name}\n Hostname 127.0.0.1\n Port {one.port}\n' for name, one in zip(['first', 'target'], here))

    def go(target, first, known_file):
        config = place.write('config', f'Host target\n ProxyJump first\n StrictHostKeyChecking {target}\nHost first\n'
                                       f' StrictHostKeyChecking {first}\n{blocks}Host *\n User {place.USER}\n IdentityFile {ED}\n'
                                       f' UserKnownHostsFile {known_file}\n GlobalKnownHostsFile none\n')
        return process.run([nacre.TOOL, 'exec', '-F', config, '-o', 'BatchMode=yes', 'target', 'echo', 'pearl'])

    mark = here[0].mark()
    for first in 'ask', 'yes':
        expect_failure(go('no', first, learned), r'host key is not known', rf'jump host 127\.0\.0\.1 port {here[0].port}')
    assert here[0].said('Accepted', since=mark) == 0 and not os.path.exists(learned)
    expect(go('accept-new', 'accept-new', learned))
    with open(learned, encoding='utf-8') as known_now:
        assert known_now.read().count('ssh-ed25519') == 2
    expect(go('yes', 'yes', learned))


def a_first_jump_host_may_have_a_way_of_its_own():
    here, file = servers()
    blocks = ''.join(f'Host {name}\n Hostname 127.0.0.1\n Port {one.port}\n'
                     for name, one in zip(('first', 'second', 'target'), here))
    every = f'Host *\n User {place.USER}\n IdentityFile {ED}\n UserKnownHostsFile {file}\n GlobalKnownHostsFile none\n'
    # The first's is taken; the second's is not, for it is reached through the first.
    for rows in ('Host target\n ProxyJump second\nHost second\n ProxyJump first\n',
                 'Host target\n ProxyJump first,second\nHost second\n ProxyCommand false\n'):
        marks = [one.mark() for one in here]
        config = place.write('config', rows + blocks + every)
        expect(process.run([nacre.TOOL, 'exec', '-F', config, '-o', 'BatchMode=yes', 'target', 'echo', 'pearl']))
        for one, mark in zip(here, marks):
            one.wait_for('Accepted publickey', since=mark)
    config = place.write('config', 'Host target\n ProxyJump second\nHost second\n ProxyJump target\n' + blocks + every)
    expect_failure(process.run([nacre.TOOL, 'exec', '-F', config, '-o', 'BatchMode=yes', 'target', 'true']),
                   r'leads through itself')


def files_go_through_a_jump_host():
    here, file = servers()
    data = os.urandom(1 << 20)
    with open(place.path('shell'), 'wb') as out:
        out.write(data)
    words = [nacre.TOOL, 'put', '-P', str(here[1].port), '-i', ED, '-J', hop(here[0]), '-o', f'User={place.USER}', '-o',
             f'UserKnownHostsFile={file}', '-o', 'GlobalKnownHostsFile=/dev/null', '-o', 'BatchMode=yes']
    done = process.run(words + [place.path('shell'), f'127.0.0.1:{place.path("shell-there")}'])
    assert done.returncode == 0, done.stderr
    with open(place.path('shell-there'), 'rb') as there:
        assert there.read() == data


def rekeys_on_each_floor():
    here, file = servers()
    data = os.urandom(2 << 20)
    expect(run('cat', port=here[1].port, flags=['-J', hop(here[0])], options=['RekeyLimit=256K'], known_file=file, input=data), data)


RELAY = place.write('relay.py', '''
import os, socket, sys, threading
sock = socket.create_connection((sys.argv[1], int(sys.argv[2])))
def out():
    while data := sock.recv(65536):
        os.write(1, data)
    os._exit(0)
threading.Thread(target=out, daemon=True).start()
while data := os.read(0, 65536):
    sock.sendall(data)
sock.shutdown(socket.SHUT_WR)
threading.Event().wait(60)
''')


def proxy(command):
    return [f'ProxyCommand={command}']


def a_proxy_command_carries_a_connection():
    data = os.urandom(2 << 20)
    expect(run('cat', options=proxy(f'python3 {RELAY} %h %p; : %%'), input=data), data)


def the_proxy_command_may_be_ssh():
    here, file = servers()
    ssh = f'{place.program("ssh")} -F /dev/null -o BatchMode=yes -o UserKnownHostsFile={file} -o GlobalKnownHostsFile=/dev/null ' \
          f'-o IdentityAgent=none -i {ED} -p {here[0].port} -W %h:%p %r@127.0.0.1'
    expect(run('echo pearl', port=here[1].port, options=proxy(ssh), known_file=file))


def a_proxy_command_that_fails_shows_its_words():
    expect_failure(run('true', options=proxy('echo the tide is out >&2; exit 3')), r'proxy command failed',
                   r'ended with status 3', r'the tide is out')
    expect_failure(run('true', options=proxy('kill -TERM $$')), r'proxy command failed', r'signal TERM')
    expect_failure(run('true', options=proxy('/nowhere/at/all %h')), r'proxy command failed', r'status 127', r'not found')


def a_proxy_command_that_hangs_is_ended_in_time():
    mark = place.path('hangs')
    done = run('true', options=proxy(f'echo waiting >&2; echo $$ > {mark}; exec sleep 1000') + ['ConnectTimeout=1'])
    expect_failure(done, r'in time', r'waiting')
    with open(mark, encoding='utf-8') as file:
        assert not os.path.exists(f'/proc/{file.read().strip()}')


def a_proxy_command_that_prints_garbage_is_no_server():
    expect_failure(run('true', options=proxy('yes the tide is out')), r'did not identify itself as')


def names_that_a_shell_would_read_never_reach_it():
    mark = place.path('touched')
    done = nacre.run(server().port, 'true', key=ED, known=known(), user=f'a;touch {mark}',
                     options=['BatchMode=yes', *proxy('echo %r')])
    expect_failure(done, r'not fit to stand in a command')
    assert not os.path.exists(mark)
    # Where the name stays out of the command it is a name like any other.
    done = nacre.run(server().port, 'true', key=ED, known=known(), user=f'a;touch {mark}',
                     options=['BatchMode=yes', *proxy(f'python3 {RELAY} %h %p')])
    expect_failure(done, r'authentication failed|no method')
    assert not os.path.exists(mark)


def all_addresses_that_refuse_are_listed():
    port = place.free_port()
    done = process.run([nacre.TOOL, 'exec', '-p', str(port), '-o', 'UserKnownHostsFile=/dev/null', '-o',
                        'GlobalKnownHostsFile=/dev/null', 'localhost', 'true'])
    expect_failure(done, r'no connection could be made', rf'127\.0\.0\.1 port {port}: Connection refused')


def a_connection_comes_from_the_address_that_was_asked_for():
    mark = server().mark()
    expect(run('echo pearl', flags=['-b', '127.0.0.3']))
    server().wait_for(r'Connection from 127\.0\.0\.3 ', since=mark)
    expect_failure(run('true', flags=['-b', '192.0.2.1']), r'Cannot assign requested address')


def a_family_that_the_address_is_not_of_is_refused():
    expect_failure(run('true', flags=['-6']), r'could not be resolved')
    expect(run('echo pearl', flags=['-4']))


def packets_are_marked():
    expect(run('echo pearl', options=['IPQoS=af21 cs1', 'TCPKeepAlive=no', 'ConnectionAttempts=2']))
    expect_failure(run('true', options=['IPQoS=gold']), r'IPQoS')


def silent_behind(way, stage):
    here, file = servers()
    with silent.Server(stage) as there:
        options = ['ConnectTimeout=1'] + (proxy(f'python3 {RELAY} %h %p') if way == 'proxy' else [])
        flags = ['-J', hop(here[0])] if way == 'jump' else []
        expect_failure(run('true', port=there.port, options=options, flags=flags, known_file=file), r'in time')


def a_silent_jump_host_is_left_in_time():
    with silent.Server('banner') as there:
        expect_failure(run('true', options=['ConnectTimeout=1'], flags=['-J', hop(there)]), r'in time', r'jump host 127')


tap.run([
    two_jump_hosts_and_a_server,
    a_server_behind_our_own_is_not_reached_and_that_is_said,
    a_jump_host_with_an_unknown_key_is_not_used,
    a_jump_host_that_refuses_us_is_named,
    a_jump_host_that_cannot_reach_the_next_is_named,
    a_configuration_names_the_server_and_each_jump_host,
    a_jump_host_is_judged_by_its_own_configuration,
    a_first_jump_host_may_have_a_way_of_its_own,
    files_go_through_a_jump_host,
    rekeys_on_each_floor,
    a_proxy_command_carries_a_connection,
    the_proxy_command_may_be_ssh,
    a_proxy_command_that_fails_shows_its_words,
    a_proxy_command_that_hangs_is_ended_in_time,
    a_proxy_command_that_prints_garbage_is_no_server,
    names_that_a_shell_would_read_never_reach_it,
    all_addresses_that_refuse_are_listed,
    a_connection_comes_from_the_address_that_was_asked_for,
    a_family_that_the_address_is_not_of_is_refused,
    packets_are_marked,
    ('silent behind a jump host', functools.partial(silent_behind, 'jump', 'banner')),
    ('silent behind a proxy command', functools.partial(silent_behind, 'proxy', 'banner')),
    a_silent_jump_host_is_left_in_time,
])
