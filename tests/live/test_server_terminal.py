# Knows: terminals that nacre serve gives, to ssh and to nacre shell. Must not know: how they are made.
import functools
import os
import re

import nacre
import place
import process
import tap
from terminal import Terminal

HOST = place.key('ed25519', 'host')
ED = place.key('ed25519', 'user')


@functools.cache
def server(shell=True):
    here = nacre.Server([HOST], place.authorized_keys(ED), shell=shell)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def ssh(*command, flags=('-tt',), port=None):
    port = port or server().port
    return [place.program('ssh'), '-F', '/dev/null', '-p', str(port), '-l', place.USER, '-i', ED, '-o', 'IdentitiesOnly=yes',
            '-o', f'UserKnownHostsFile={place.known_hosts(port, HOST, name=f"known_{port}")}', '-o', 'BatchMode=yes',
            *flags, '127.0.0.1', *command]


def ours(*command, flags=()):
    argv = nacre.argv(server().port, *command, key=ED, flags=flags,
                      known=place.known_hosts(server().port, HOST, name='known_ours'))
    return [argv[0], 'shell', *argv[2:]]


def both(test):
    """The test with each of the clients."""
    name = test.__name__.replace('_', ' ')
    return [(f'{who}: {name}', functools.partial(test, argv)) for who, argv in (('ssh', ssh), ('nacre', ours))]


def begin(t):
    t.ask("""exec env PS1= sh -c 'stty -echo; echo re""ady; exec sh'""", r'ready\r\n')


def a_shell_has_a_terminal_of_the_clients_size_modes_and_type(client):
    with Terminal(['sh', '-c', 'stty intr ^G; exec "$@"', 'sh', *client()], rows=33, columns=101) as t:
        begin(t)
        t.ask('stty size', r'33 101\r\n')
        t.ask('stty -a | grep -o "intr = [^;]*"', r'intr = \^G\r\n')
        t.ask('echo $TERM $SSH_TTY; tty', r'xterm (/dev/pts/\d+)\r\n\1\r\n')
        t.type('exit 7\r')
        assert t.wait() == 7


def a_new_size_and_control_c_arrive(client):
    with Terminal(client()) as t:
        begin(t)
        t.resize(50, 132)
        t.ask('until [ "$(stty size)" = "50 132" ]; do sleep 0.05; done; echo se""en', r'seen\r\n')
        t.ask('sh -c "echo run""ning; exec sleep 1000"', r'running\r\n')
        t.type(b'\x03')
        t.ask('echo "status $?"', r'status 130\r\n')
        t.type('exit\r')
        assert t.wait() == 0


def what_is_left_behind_does_not_hold_the_session(client):
    with Terminal(client('(trap "" HUP; sleep 300) & echo pid $!; echo la""st; exit 5', flags=('-tt',))) as t:
        pid = int(t.expect(r'pid (\d+)')[1])
        t.expect('last')
        assert t.wait() == 5
        os.kill(pid, 9)


def all_output_arrives():
    """More than a terminal's buffer, written right before the end."""
    for _ in range(3):
        done = process.run(ssh('head -c 300000 /dev/zero | tr "\\0" x; echo end'))
        text = done.stdout.replace(b'\r', b'')
        assert done.returncode == 0 and text == b'x' * 300000 + b'end\n', (len(text), text[-40:], done.stderr)


def an_end_by_a_signal_is_told(client):
    with Terminal(client('stty -echo; echo re""ady; exec sleep 1000', flags=('-tt',))) as t:
        t.expect('ready')
        t.type(b'\x1c')  # control-\ is SIGQUIT
        assert t.wait() == 255
        if client is ours:
            t.expect('signal QUIT')


def a_client_that_goes_away_hangs_up():
    with Terminal(ours()) as t:
        begin(t)
        pid = int(t.ask('echo pid $$', r'pid (\d+)')[1])
        t.type('\r~.')
        assert t.wait() == 255
    server().wait_for('ended')
    left = process.run(['sh', '-c', f'i=0; while kill -0 {pid} 2>/dev/null && [ $i -lt 200 ]; do sleep 0.05; i=$((i+1)); done; kill -0 {pid}'])
    assert left.returncode != 0, 'the shell is still there'


def without_a_shell_there_is_no_terminal():
    with nacre.Server([HOST], place.authorized_keys(ED), shell=False) as plain:
        done = process.run(ssh('echo', 'pearl', port=plain.port))
        assert 'PTY allocation request failed' in done.stderr, done
        done = process.run(ssh('echo', 'pearl', port=plain.port, flags=('-T',)))
        assert done.stdout == b'pearl\n' and done.returncode == 0, done


def a_certificate_without_permit_pty_has_no_terminal():
    authority = place.key('ed25519', 'authority')
    keygen = place.program('ssh-keygen')
    for name, options, given in (('free', [], True), ('bound', ['-O', 'no-pty'], False)):
        key = place.key('ed25519', name)
        signed = process.run([keygen, '-q', '-s', authority, '-I', name, '-n', place.USER, *options, key + '.pub'])
        assert signed.returncode == 0, signed
        with nacre.Server([HOST], flags=('--user-ca', authority + '.pub')) as here:
            argv = [key if word == ED else word for word in ssh('tty; echo re""st', port=here.port)]
            done = process.run(argv)
            assert bool(re.search(rb'/dev/pts/\d+\r\nrest', done.stdout)) == given, (name, done)
            assert ('PTY allocation request failed' in done.stderr) != given, (name, done)


tap.run([*both(a_shell_has_a_terminal_of_the_clients_size_modes_and_type), *both(a_new_size_and_control_c_arrive),
         *both(what_is_left_behind_does_not_hold_the_session), all_output_arrives,
         *both(an_end_by_a_signal_is_told), a_client_that_goes_away_hangs_up,
         without_a_shell_there_is_no_terminal, a_certificate_without_permit_pty_has_no_terminal])
