# Knows: what tools/nacre promises on its command line. Must not know: other programs than ssh-keygen, which makes the keys.
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import tap

TOOL = os.environ['NACRE_TOOL']
PATIENCE = 60
PLACE = tempfile.TemporaryDirectory(prefix='nacre-tool-')
QUIET = ['-F', 'none', '-o', 'GlobalKnownHostsFile=none']


def path(name):
    return os.path.join(PLACE.name, name)


def write(name, text):
    with open(path(name), 'w', encoding='utf-8', opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        file.write(text)
    return path(name)


def key(name):
    if not os.path.exists(path(name)):
        keygen = tap.need(shutil.which('ssh-keygen'), 'ssh-keygen is not installed')
        subprocess.run([keygen, '-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', path(name)], check=True)
    return path(name)


def public(name):
    with open(key(name) + '.pub', encoding='utf-8') as file:
        return file.read()


def nacre(*words, **how):
    environment = {**os.environ, 'HOME': PLACE.name, 'TMPDIR': PLACE.name}
    return subprocess.run([TOOL, *words], env=environment, capture_output=True, timeout=PATIENCE, start_new_session=True,
                          **{'input': b'', **how})


class Server:
    def __init__(self, *words, password=None, authorized=None):
        fds = ()
        command = [TOOL, 'serve', '-p', '0', '-h', key('host'), *words]
        if password:
            reader, writer = os.pipe()
            os.write(writer, password.encode() + b'\n')
            os.close(writer)
            command += ['--user', 'diver', '--password-fd', str(reader)]
            fds = (reader,)
        if not password or authorized:
            command += ['--authorized-keys', authorized or write('authorized', public('user'))]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=fds, text=True)
        for fd in fds:
            os.close(fd)

    def __enter__(self):
        line = self.child.stdout.readline()
        self.port = re.fullmatch(r'listening on 127\.0\.0\.1:(\d+)\n', line)[1]
        self.known = write('known', f'[127.0.0.1]:{self.port} {public("host")}')
        return self

    def __exit__(self, *_):
        self.child.terminate()
        self.said = self.child.communicate(timeout=PATIENCE)[1]
        assert self.child.returncode == 0, self.child.returncode

    def argv(self, *words, known=None, options=()):
        settings = [word for option in options for word in ('-o', option)]
        return ['exec', '-p', self.port, '-i', key('user'), *QUIET, '-o', f'UserKnownHostsFile={known or self.known}',
                *settings, *words]

    def run(self, *words, known=None, options=(), **how):
        return nacre(*self.argv('diver@127.0.0.1', *words, known=known, options=options), **how)


def the_demo_shows_a_command_and_what_was_negotiated():
    before = sorted(os.listdir(PLACE.name))
    done = nacre('demo')
    assert done.returncode == 0 and done.stderr == b'', done
    for pattern in (rb'stdout +hello, reef\n', rb'stderr +this came', rb'exit status +0\n', rb'key exchange +mlkem768x25519',
                    rb'cipher +\S+', rb'strict +yes', rb'SHA256:'):
        assert re.search(pattern, done.stdout), (pattern, done.stdout)
    assert sorted(os.listdir(PLACE.name)) == before, 'the demo left something behind'


def the_demo_can_be_traced():
    done = nacre('demo', '--trace')
    assert done.returncode == 0 and b'RFC 4253' in done.stderr and b'channel_open' in done.stderr, done


def subcommands_are_listed():
    assert nacre('version').stdout.startswith(b'nacre ')
    assert b'serve' in nacre('help').stdout
    for words in ((), ('fly',)):
        done = nacre(*words)
        assert done.returncode == 255 and done.stdout == b'' and b'exec' in done.stderr, done


def streams_and_status_are_the_commands():
    rows = [('echo a  b', b'a  b\n', b'', 0), ('stderr oh', b'', b'oh\n', 0), ('exit 7', b'', b'', 7),
            ('exit 256', b'', b'', 0), ('false', b'', b'', 1)]
    with Server() as server:
        for command, out, err, status in rows:
            done = server.run(command)
            assert (done.stdout, done.stderr, done.returncode) == (out, err, status), (command, done)


def words_are_joined_by_spaces():
    with Server() as server:
        assert server.run('echo', 'one', '-p', 'two  three').stdout == b'one -p two  three\n'


def an_end_without_a_status_is_255_and_told():
    with Server() as server:
        for command, word in (('signal TERM', b'TERM'), ('vanish', b'did not say'), ('ls', b'refused')):
            done = server.run(command)
            assert done.returncode == 255 and word in done.stderr and done.stdout == b'', done
            quiet = server.run(command, options=['LogLevel=QUIET'])
            assert (quiet.returncode, quiet.stderr) == (255, b''), quiet


def bulk_flows_both_ways():
    data = os.urandom(8 << 20)
    with Server() as server:
        done = server.run('cat', input=data, options=['RekeyLimit=1M'])
        assert done.returncode == 0 and done.stdout == data, (done.returncode, done.stderr, len(done.stdout))
        with open(path('big'), 'wb') as out:
            child = subprocess.run([TOOL, *server.argv('diver@127.0.0.1', 'yes 3000001')], stdout=out, timeout=PATIENCE)
        assert child.returncode == 0 and os.path.getsize(path('big')) == 3000001


def a_command_that_reads_nothing_ends():
    with Server() as server:
        done = server.run('exit 3', input=bytes(8 << 20))
        assert done.returncode == 3, done


def a_reader_that_goes_ends_it():
    with Server() as server:
        child = subprocess.Popen([TOOL, *server.argv('diver@127.0.0.1', 'yes 1000000000000')], stdout=subprocess.PIPE)
        assert child.stdout.read(4) == b'y\ny\n'
        child.stdout.close()
        assert child.wait(timeout=PATIENCE) in (255, -signal.SIGPIPE)


def standard_input_may_be_silent():
    with Server() as server:
        child = subprocess.Popen([TOOL, *server.argv('diver@127.0.0.1', 'echo now')], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE)
        assert child.wait(timeout=PATIENCE) == 0 and child.stdout.read() == b'now\n'
        child.stdin.close()
        child.stdout.close()


def an_unknown_host_is_refused_without_a_terminal():
    with Server() as server:
        empty = write('empty', '')
        for options in ([], ['StrictHostKeyChecking=yes'], ['StrictHostKeyChecking=ask', 'BatchMode=yes']):
            done = server.run('echo no', known=empty, options=options)
            assert done.returncode == 255 and done.stdout == b'' and b'not known' in done.stderr, done
        assert os.path.getsize(empty) == 0


def accept_new_remembers_and_still_refuses_a_change():
    with Server() as server:
        new = path('new_known_hosts')
        for options in (['StrictHostKeyChecking=accept-new'], ['StrictHostKeyChecking=yes']):
            done = server.run('echo yes', known=new, options=options)
            assert (done.returncode, done.stdout) == (0, b'yes\n'), done
        changed = write('changed', f'[127.0.0.1]:{server.port} {public("user")}')
        for value in ('accept-new', 'no'):
            done = server.run('echo no', known=changed, options=[f'StrictHostKeyChecking={value}'])
            assert done.returncode == 255 and b'differs' in done.stderr, done


def talk(argv, answers):
    """Runs the tool with a terminal of its own, apart from its three streams; returns (status, stdout, what was shown)."""
    reader, writer = os.pipe()
    pid, master = pty.fork()
    if pid == 0:
        os.set_inheritable(os.dup(0), True)  # a terminal that nobody holds open is gone
        os.dup2(writer, 1)
        os.dup2(os.open(path('talk_errors'), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.execv(TOOL, [TOOL, *argv])
    os.close(writer)
    shown, out, asked, end = b'', b'', 0, time.monotonic() + PATIENCE
    open_fds = {master, reader}
    while reader in open_fds and time.monotonic() < end:
        for fd in select.select(list(open_fds), [], [], 1)[0]:
            try:
                data = os.read(fd, 4096)
            except OSError:
                data = b''
            if not data:
                open_fds.discard(fd)
            elif fd == reader:
                out += data
            else:
                shown += data
        prompts = len(re.findall(rb'(?:password|finger-?print\)?\)|type yes[^?]*)[?:] ', shown))
        while asked < min(prompts, len(answers)):
            os.write(master, answers[asked].encode() + b'\n')
            asked += 1
    os.close(reader)
    if time.monotonic() >= end:
        os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    os.close(master)
    return os.waitstatus_to_exitcode(status), out, shown.decode()


def traced_with_bytes_the_command_is_shown_and_the_password_is_not():
    with Server(password='grain of sand') as server:
        argv = ['exec', '--trace-bytes', '-p', server.port, '-l', 'diver', *QUIET, '-o',
                f'UserKnownHostsFile={server.known}', '127.0.0.1', 'echo pearl']
        status, out, shown = talk(argv, ['grain of sand'])
    with open(path('talk_errors'), encoding='utf-8') as file:
        trace = file.read()
    assert (status, out) == (0, b'pearl\n'), (status, out, shown, trace)
    assert re.search(r'^ +[0-9a-f]{8} ( [0-9a-f]{2}| ){16,} +\|', trace, re.M), trace
    assert '|' in trace and 'echo' in trace and '<secret>' in trace
    text = ''.join(re.findall(r'\|(.*)\|$', trace, re.M))
    assert 'echo pearl' in text and 'grain' not in text and 'grain' not in trace, text


def a_password_is_asked_for_and_never_shown():
    with Server(password='grain of sand') as server:
        argv = ['exec', '--trace', '-p', server.port, '-l', 'diver', *QUIET, '-o', f'UserKnownHostsFile={server.known}',
                '127.0.0.1', 'echo pearl']
        environment = os.environ.get('HOME')
        os.environ['HOME'] = PLACE.name
        status, out, shown = talk(argv, ['wrong grain', 'grain of sand'])
        os.environ['HOME'] = environment or '/'
    with open(path('talk_errors'), encoding='utf-8') as file:
        trace = file.read()
    assert (status, out) == (0, b'pearl\n'), (status, out, shown, trace)
    assert shown.count("password: ") == 2, shown
    assert 'userauth_request' in trace and '<secret>' in trace
    for where in (shown, trace, server.said):
        assert 'grain' not in where, where


def a_person_is_asked_about_an_unknown_host():
    with Server() as server:
        new = write('asked', '')
        status, out, shown = talk(server.argv('diver@127.0.0.1', 'echo pearl', known=new), ['perhaps', 'yes'])
        assert (status, out) == (0, b'pearl\n') and 'SHA256:' in shown, (status, out, shown)
        assert server.run('echo again', known=new, options=['StrictHostKeyChecking=yes']).stdout == b'again\n'
        status, out, shown = talk(server.argv('diver@127.0.0.1', 'echo pearl', known=write('asked', '')), ['no'])
        assert (status, out) == (255, b''), (status, out, shown)


def the_first_value_of_an_option_counts():
    with Server() as server:
        done = nacre(*server.argv('-o', 'Port 1', '-l', 'diver', '-o', 'user=nobody', 'other@127.0.0.1', 'true'))
        assert done.returncode == 0, done


def options_may_follow_the_destination():
    with Server() as server:
        words = server.argv()
        done = nacre('exec', 'diver@127.0.0.1', *words[1:], '--', 'echo', '-p')
        assert done.stdout == b'-p\n', done


def what_makes_no_sense_is_an_error():
    rows = [(['-o', 'Frobnicate=yes', 'h', 'c'], b'Frobnicate'), (['-o', 'Port=0x10', 'h', 'c'], b'Port'),
            (['-o', 'Port=65536', 'h', 'c'], b'65536'), (['-p', 'ssh', 'h', 'c'], b'ssh'), (['-o', 'Port', 'h', 'c'], b'Port'),
            (['-o', 'StrictHostKeyChecking=maybe', 'h', 'c'], b'maybe'), (['-o', 'RekeyLimit=1Q', 'h', 'c'], b'1Q'),
            (['-o', 'RekeyLimit=1M soon', 'h', 'c'], b'soon'), (['-o', 'ConnectTimeout=never', 'h', 'c'], b'never'),
            (['-o', 'LogLevel=LOUD', 'h', 'c'], b'LOUD'),
            (['-x', 'h', 'c'], b'-x'), (['--nothing', 'h', 'c'], b'--nothing'), (['h'], b'command'), ([], b'host'),
            (['-p'], b'-p'), (['@h', 'c'], b'@h'), (['u@', 'c'], b'u@'), (['-i', '/nowhere/key', '127.0.0.1', 'c'], b'/nowhere')]
    for words, told in rows:
        done = nacre('exec', *QUIET, *words)
        assert done.returncode == 255 and done.stdout == b'' and told in done.stderr, (words, done)


def a_configuration_makes_an_alias_a_server():
    with Server() as server:
        file = write('config', f"""
Host reef
    Hostname 127.0.0.1
    Port {server.port}
    User diver
    IdentityFile {key("user")}
    IdentityFile {path("no-such-key")}
    UserKnownHostsFile {server.known}
    Ciphers aes192-ctr
    ForwardX11 yes
Host *
    GlobalKnownHostsFile none
    User nobody
""")
        done = nacre('exec', '-F', file, 'reef', 'echo', 'there')
        assert (done.returncode, done.stdout, done.stderr) == (0, b'there\n', b''), done
        done = nacre('exec', '-F', file, '-o', 'LogLevel=DEBUG', 'reef', 'true')
        assert b'ForwardX11 yes: a connection does not serve this' in done.stderr, done
        done = nacre('exec', '-F', file, '-o', 'ForwardAgent=yes', 'reef', 'true')
        assert done.returncode == 0 and b'ForwardAgent yes: a connection does not serve this' in done.stderr, done
        os.makedirs(path('.ssh'), exist_ok=True)
        os.rename(file, path('.ssh/config'))
        assert nacre('exec', 'reef', 'echo', 'there').stdout == b'there\n'
        os.remove(path('.ssh/config'))


def a_mistake_in_a_configuration_is_told_with_its_line():
    file = write('config', 'Host *\n Prot 22\n')
    for words in (['exec', '-F', file, 'reef', 'true'], ['get', '-F', file, 'reef:x'], ['sftp', '-F', file, 'reef'],
                  ['config', '-F', file, 'reef']):
        done = nacre(*words)
        assert done.returncode == 255, done
        assert f'{file} line 2: Prot: there is no such keyword; did you mean Port?'.encode() in done.stderr, done
    assert b'a server does not serve this keyword' in nacre('serve', '-o', 'HashKnownHosts=yes').stderr


def an_algorithm_can_be_forced():
    with Server('-o', 'Ciphers=aes128-ctr,aes256-ctr') as server:
        done = server.run('true', options=['Ciphers=aes256-ctr', 'MACs=hmac-sha2-256'])
        assert done.returncode == 0, done
        done = server.run('true', options=['Ciphers=chacha20-poly1305@openssh.com'])
        assert done.returncode == 255 and b'chacha20' in done.stderr and b'aes128-ctr' in done.stderr, done
        done = server.run('true', options=['Ciphers=rot13'])
        assert done.returncode == 255 and b'rot13' in done.stderr, done


def lists_are_edited_and_presets_are_named():
    with Server('-o', 'Ciphers=-*ctr', '--preset', 'legacy') as server:
        done = server.run('true', options=['Ciphers=^aes128-gcm@openssh.com', 'MACs=-*etm*', 'Preset=legacy'])
        assert done.returncode == 0, done
        done = server.run('true', options=['Ciphers=aes???-ctr'])
        assert done.returncode == 255 and b'the default preset, without lists of your own, would connect' in done.stderr, done
        done = server.run('true', options=['KexAlgorithms=+curve25519-sha265'])
        assert done.returncode == 255 and b'did you mean "curve25519-sha256"?' in done.stderr, done
        done = server.run('true', options=['Preset=strikt'])
        assert done.returncode == 255 and b'none of "default", "legacy", "strict"' in done.stderr, done


def a_key_line_with_options_lets_nobody_in():
    restricted = write('restricted', f'# a comment\n\ncommand="true" {public("user")}{public("host")}')
    with Server(authorized=restricted) as server:
        done = server.run('echo no')
        assert done.returncode == 255 and b'authentication' in done.stderr.lower(), done
    assert 'line 3 lets nobody in' in server.said, server.said
    with Server(authorized=write('plain', f'# a comment\n\n  {public("user")}')) as server:
        assert server.run('echo yes').stdout == b'yes\n'


def a_shell_is_only_there_where_it_was_asked_for():
    with Server('--shell') as server:
        done = server.run('printf out; printf err >&2; exit 9')
        assert (done.stdout, done.stderr, done.returncode) == (b'out', b'err', 9), done
    with Server() as server:
        assert server.run('printf out').returncode == 255


def a_server_that_cannot_be_is_an_error():
    rows = [([], b'nobody could enter'), (['--password-fd', '0'], b'--user'), (['-h', '/nowhere'], b'/nowhere'),
            (['-p', '70000'], b'70000'), (['--authorized-keys', '/nowhere'], b'/nowhere'), (['--shel'], b'--shel'),
            (['-o', 'User=x'], b'User'), (['--user'], b'--user'), (['--user', 'x', '--password-fd', '77'], b'77'),
            (['--user', 'x', '--password-fd', '0', '-o', 'Ciphers=rot13'], b'rot13')]
    for words, told in rows:
        done = nacre('serve', *words, input=b'sand\n')
        assert done.returncode == 255 and done.stdout == b'' and told in done.stderr, (words, done)


tap.run([
    the_demo_shows_a_command_and_what_was_negotiated,
    the_demo_can_be_traced,
    subcommands_are_listed,
    streams_and_status_are_the_commands,
    words_are_joined_by_spaces,
    an_end_without_a_status_is_255_and_told,
    bulk_flows_both_ways,
    a_command_that_reads_nothing_ends,
    a_reader_that_goes_ends_it,
    standard_input_may_be_silent,
    an_unknown_host_is_refused_without_a_terminal,
    accept_new_remembers_and_still_refuses_a_change,
    traced_with_bytes_the_command_is_shown_and_the_password_is_not, a_password_is_asked_for_and_never_shown,
    a_person_is_asked_about_an_unknown_host,
    the_first_value_of_an_option_counts,
    options_may_follow_the_destination,
    what_makes_no_sense_is_an_error,
    a_configuration_makes_an_alias_a_server,
    a_mistake_in_a_configuration_is_told_with_its_line,
    an_algorithm_can_be_forced,
    lists_are_edited_and_presets_are_named,
    a_key_line_with_options_lets_nobody_in,
    a_shell_is_only_there_where_it_was_asked_for,
    a_server_that_cannot_be_is_an_error,
])
