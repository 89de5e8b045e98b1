# Knows: nacre shell on a pseudo-terminal, against OpenSSH's server. Must not know: the protocol.
import functools
import os
import signal
import sys
import termios

import nacre
import place
import process
import tap
from sshd import Sshd
from terminal import Terminal

HOST = place.key('ed25519', 'host')
ED = place.key('ed25519', 'user')
# A plain shell, which neither edits lines nor echoes them: what is shown is what commands say.
READY = """exec env PS1= sh -c 'stty -echo; echo re""ady; exec sh'"""

# Fills the screen, says its size, and does so again when that changes; q ends it.
SCREEN = '''
import curses
def show(screen):
    curses.raw()
    screen.timeout(200)  # a size that changes just before it waits for a key is looked at behind it
    key = None
    while key != ord('q'):
        screen.erase()
        screen.addstr(0, 0, f'size {screen.getmaxyx()[1]} by {screen.getmaxyx()[0]}')
        screen.refresh()
        key = screen.getch()
curses.wrapper(show)
'''


@functools.cache
def sshd(settings='AcceptEnv LANG LC_* COLORTERM'):
    here = Sshd([HOST], place.authorized_keys(ED), settings=settings)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def words(*command, port=None, flags=()):
    port = port or sshd().port
    argv = nacre.argv(port, *command, key=ED, known=place.known_hosts(port, HOST, name=f'known_{port}'), flags=flags)
    return [argv[0], 'shell', *argv[2:]]


def shell(*command, port=None, flags=(), **how):
    return Terminal(words(*command, port=port, flags=flags), **how)


def begin(terminal):
    terminal.ask(READY, r'ready\r\n')
    assert not terminal.is_as_before()


def end(terminal, code=0):
    terminal.type(f'exit {code}\r')
    assert terminal.wait() == code
    assert terminal.is_as_before()


def a_shell_has_a_terminal_of_this_ones_size_and_modes():
    with shell(rows=33, columns=101) as t:
        begin(t)
        t.ask('stty size', r'33 101\r\n')
        t.ask('echo $TERM', r'xterm\r\n')
        t.ask('stty -a | tr -s " ;" "\\n" | grep -c -e "^intr$" -e "^onlcr$" -e "^ixon$"', r'3\r\n')
        end(t, 7)
        t.expect(r'Connection to 127\.0\.0\.1 closed\.')


def a_new_size_is_seen_there():
    with shell() as t:
        begin(t)
        t.resize(50, 132)
        t.ask('until [ "$(stty size)" = "50 132" ]; do sleep 0.05; done; echo se""en', r'seen\r\n')
        end(t)


def modes_of_this_terminal_are_those_there():
    with Terminal(['sh', '-c', 'stty intr ^G -ixany erase ^H; exec "$@"', 'sh', *words()]) as t:
        t.ask(READY, r'ready\r\n')
        t.ask('stty -a | grep -o "intr = [^;]*"', r'intr = \^G')
        t.ask('stty -a | grep -o "erase = [^;]*"', r'erase = \^H')
        t.type('exit\r')
        assert t.wait() == 0
        assert t.modes()[6][termios.VINTR] == b'\x07', t.modes()


def control_c_interrupts_the_command_and_not_the_shell():
    with shell() as t:
        begin(t)
        t.ask('sh -c "echo run""ning; exec sleep 1000"', r'running\r\n')
        t.type(b'\x03')
        t.ask('echo "status $?"', r'status 130\r\n')
        end(t)


def a_full_screen_program_draws_and_follows_the_size():
    script = place.write('screen.py', SCREEN)
    with shell(rows=30, columns=90) as t:
        begin(t)
        t.ask(f'{sys.executable} {script}; echo bac""k', r'\x1b\[\?1049h')
        t.expect('size 90 by 30')
        t.resize(40, 120)
        t.expect('120 by 4|120.*by.*40|size 120')
        t.type('q')
        t.expect(r'\x1b\[\?1049l')
        t.expect(r'back\r\n')
        end(t)


def the_environment_is_taken_over():
    with shell(env={'LC_PEARL': 'deep', 'COLORTERM': 'truecolor', 'NACRE_SECRET': 'kept'}) as t:
        begin(t)
        t.ask('echo "[$LC_PEARL] [$COLORTERM] [$NACRE_SECRET]"', r'\[deep\] \[truecolor\] \[\]\r\n')
        end(t)


def every_byte_goes_through_both_ways():
    with shell() as t:
        begin(t)
        t.ask('stty raw; echo g""o; head -c 256 | od -An -tx1 -v | tr -d " \\n"; stty -raw; echo en""d', r'go\n')
        t.type(bytes(range(256)))
        t.expect(''.join(f'{i:02x}' for i in range(256)) + '.*end')
        end(t)


def the_escape_ends_the_connection():
    with shell() as t:
        begin(t)
        t.type('\r~.')
        assert t.wait() == 255
        assert t.is_as_before()
        t.expect(r'Connection to 127\.0\.0\.1 closed\.')


def the_escape_shows_help_and_twice_it_is_itself():
    with shell() as t:
        begin(t)
        t.type('\r~?')
        t.expect(r'~\. +ends the connection\r\n')
        t.type('\r~~')
        t.ask('nobody-here', '~nobody-here: not found')
        mark = sshd().mark()
        t.type('\r~R')
        t.ask('echo aft""er', r'after\r\n')
        sshd().wait_for('rekeying|SSH2_MSG_KEXINIT received|KEXINIT', since=mark)
        t.ask('echo a~.b', r'a~\.b\r\n')  # not at the beginning of a line
        end(t)


def another_escape_character_or_none_can_be_chosen():
    with shell(flags=['-e', '%']) as t:
        begin(t)
        t.ask('echo "~."', r'~\.\r\n')
        t.type('\r%.')
        assert t.wait() == 255 and t.is_as_before()
    with shell(flags=['-e', 'none']) as t:
        begin(t)
        t.type('\r')
        t.ask('~. ; echo sti""ll', r'still\r\n')
        end(t)


def a_suspended_shell_leaves_the_terminal_as_it_was_and_goes_on():
    with shell(job=True) as t:
        begin(t)
        for suspend in (lambda: t.type('\r~\x1a'), lambda: os.kill(child_of(t.child.pid), signal.SIGTSTP)):
            suspend()
            t.wait_stopped()
            assert t.is_as_before()
            t.resize(44, 77)
            t.go_on()
            t.ask('echo aw""ake', r'awake\r\n')
            assert not t.is_as_before()
            t.ask('stty size', r'44 77\r\n')
        end(t)


def child_of(pid):
    with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
        return int(file.read().split()[0])


def a_signal_sets_the_terminal_back(number):
    with shell() as t:
        begin(t)
        os.kill(t.child.pid, number)
        assert t.wait() == 255
        assert t.is_as_before()
        t.expect(f'Killed by signal {number:d}')


def a_lost_connection_sets_the_terminal_back():
    with Sshd([HOST], place.authorized_keys(ED)) as server, shell(port=server.port) as t:
        begin(t)
        t.ask('kill -9 $PPID', '')
        assert t.wait() == 255
        assert t.is_as_before()


def a_shell_that_dies_by_a_signal_is_told():
    with shell() as t:
        begin(t)
        t.type('kill -KILL $$\r')
        assert t.wait() == 255
        assert t.is_as_before()
        t.expect('ended by signal KILL')


def a_command_has_a_terminal_only_where_it_is_asked_for():
    for flags, command, shown in (([], 'test -t 0 || echo no""ne', 'none'), (['-t'], 'test -t 0 && echo ha""s', 'has'),
                                  (['-T'], 'test -t 0 || echo no""ne', 'none'), (['-tt'], 'test -t 0 && echo ha""s', 'has')):
        with shell(command, flags=flags) as t:
            assert t.wait() == 0, flags
            t.expect(shown + '\r\n')
            assert t.is_as_before()


def without_a_terminal_here_one_is_asked_for_only_by_force():
    done = process.run(words('test -t 0; echo $?', flags=['-t']))
    assert done.stdout == b'1\n' and 'standard input is none' in done.stderr, done
    done = process.run(words('test -t 0; echo $?', flags=['-tt']))
    assert done.stdout.endswith(b'0\r\n'), done
    done = process.run(words(), input=b'echo pearl; exit 9\n')  # a shell that reads its commands
    assert done.stdout == b'pearl\n' and done.returncode == 9, done


def a_server_that_gives_no_terminal_gives_a_shell_without_one():
    port = sshd('PermitTTY no').port
    with shell(port=port) as t:
        t.expect('the server gives no terminal')
        t.type('echo pea""rl; exit 3\n')
        t.expect('pearl\r\n')
        assert t.wait() == 3
        assert t.is_as_before()
    with shell('true', port=port, flags=['-t']) as t:
        assert t.wait() == 255
        t.expect('pty-req')
        assert t.is_as_before()


def a_stop_that_cannot_be_caught_is_survived():
    with shell(job=True) as t:
        begin(t)
        os.kill(child_of(t.child.pid), signal.SIGSTOP)
        t.wait_stopped()
        termios.tcsetattr(t.slave, termios.TCSANOW, t.modes_before)  # as a shell with job control does
        t.go_on()
        t.ask('echo he""re', r'here\r\n')
        assert not t.is_as_before()
        end(t)


tap.run([a_shell_has_a_terminal_of_this_ones_size_and_modes, a_new_size_is_seen_there,
         modes_of_this_terminal_are_those_there, control_c_interrupts_the_command_and_not_the_shell,
         a_full_screen_program_draws_and_follows_the_size, the_environment_is_taken_over,
         every_byte_goes_through_both_ways, the_escape_ends_the_connection,
         the_escape_shows_help_and_twice_it_is_itself, another_escape_character_or_none_can_be_chosen,
         a_suspended_shell_leaves_the_terminal_as_it_was_and_goes_on,
         *[(f'signal {s.name} sets the terminal back', functools.partial(a_signal_sets_the_terminal_back, s))
           for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)],
         a_lost_connection_sets_the_terminal_back, a_shell_that_dies_by_a_signal_is_told,
         a_command_has_a_terminal_only_where_it_is_asked_for,
         without_a_terminal_here_one_is_asked_for_only_by_force,
         a_server_that_gives_no_terminal_gives_a_shell_without_one, a_stop_that_cannot_be_caught_is_survived])
