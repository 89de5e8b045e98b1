# Knows: the commands of nacre sftp, with OpenSSH's server and with nacre serve. Must not know: how either works.
import functools
import hashlib
import os
import re
import tempfile

import nacre
import place
import process
import tap
from sshd import Sshd
from terminal import Terminal

HOST, ED = place.key('ed25519', 'host'), place.key('ed25519', 'user')
ROOT = place.path('tool-root')


def start(name):
    if name == 'openssh':
        return Sshd([HOST], place.authorized_keys(ED))
    os.makedirs(ROOT, exist_ok=True)
    return nacre.Server([HOST], place.authorized_keys(ED), shell=False, flags=['--sftp-root', ROOT])


@functools.cache
def server(name):
    here = start(name)
    place.atexit.register(here.__exit__)
    return here.__enter__()


class Place:
    """A directory here and one at the server, which is also a directory of this machine."""

    def __init__(self, name):
        self.name, self.port = name, server(name).port
        self.here = tempfile.mkdtemp(dir=place.DIR)
        self.there = tempfile.mkdtemp(dir=ROOT if name == 'nacre' else place.DIR)
        self.path = self.there[len(ROOT):] if name == 'nacre' else self.there

    def argv(self, *words, path=None):
        known = place.known_hosts(self.port, HOST, name=f'known_{self.port}')
        argv = [nacre.TOOL, 'sftp', '-P', str(self.port), '-i', ED]
        for setting in (f'UserKnownHostsFile={known}', 'GlobalKnownHostsFile=/dev/null', f'User={place.USER}'):
            argv += ['-o', setting]
        path = self.path if path is None else path
        return [*argv, *words, f'127.0.0.1:{path}' if path else '127.0.0.1']

    def batch(self, *lines, words=('-b', '-'), path=None):
        return process.run(self.argv(*words, path=path), input=('\n'.join(lines) + '\n').encode(), cwd=self.here)

    def good(self, *lines, **how):
        done = self.batch(*lines, **how)
        assert done.returncode == 0 and done.stderr == '', done
        return done.stdout.decode()

    def bad(self, *lines, says='', **how):
        done = self.batch(*lines, **how)
        assert done.returncode == 1 and says in done.stderr and 'nacre: ' in done.stderr, done
        return done

    def make(self, where, name, data=b'pearl\n'):
        path = os.path.join(where, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(data)
        return path


def digest(*path):
    with open(os.path.join(*path), 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


def names_are_made_moved_linked_and_removed(name):
    p = Place(name)
    p.make(p.there, 'one')
    said = p.good('pwd', 'mkdir d', 'rename one d/two', 'ln -s two d/link', 'symlink two d/link2', 'ln d/two d/hard', 'cd d',
                  'pwd', 'cd ..')
    assert f'Remote working directory: {p.path}\n' in said and f'Remote working directory: {p.path}/d\n' in said, said
    assert os.readlink(p.there + '/d/link') == os.readlink(p.there + '/d/link2') == 'two'
    assert os.path.samefile(p.there + '/d/two', p.there + '/d/hard') and not os.path.exists(p.there + '/one')
    p.bad('rmdir d')
    p.good('rm d/link d/link2', 'rm d/hard', 'rm d/two', 'rmdir d')
    assert os.listdir(p.there) == []


def a_rename_replaces_unless_it_is_told_not_to(name):
    p = Place(name)
    p.make(p.there, 'a', b'a')
    p.make(p.there, 'b', b'b')
    p.bad('rename -l a b')
    p.good('rename a b')
    assert os.listdir(p.there) == ['b'] and digest(p.there, 'b') == hashlib.sha256(b'a').hexdigest()


def attributes_are_changed(name):
    p = Place(name)
    p.make(p.there, 'one')
    p.make(p.there, 'two')
    uid, gid = os.getuid(), os.getgid()
    said = p.good('chmod 640 o*', 'chmod 0604 two', f'chown {uid} one two', f'chgrp {gid} one')
    assert 'Changing mode on one\n' in said and 'Changing owner on two\n' in said and 'Changing group on one\n' in said, said
    modes = [os.stat(os.path.join(p.there, n)).st_mode & 0o7777 for n in ('one', 'two')]
    assert modes == [0o640, 0o604], modes
    os.symlink('one', p.there + '/link')
    p.good(f'chown -h {uid} link', f'chgrp -h {gid} link')
    for line in ('chmod 9 one', 'chmod 640 gone', 'chown somebody one', 'chmod 77777 one', 'chmod -1 one'):
        p.bad(line)


def the_file_system_is_measured(name):
    p = Place(name)
    said = p.good('df', 'df -h .', 'df -i')
    assert said.count('%Capacity') == 3 and re.search(r'Inodes\s+Used', said), said
    sizes = re.search(r'Size.*\n\s*(\d+) ', said)
    assert int(sizes[1]) > 0 and re.search(r'\d\.\d[KMGTP] ', said), said


def listings_have_their_forms_and_orders(name):
    p = Place(name)
    for i, (file, size) in enumerate((('b', 3000), ('a', 10), ('c', 100))):
        os.utime(p.make(p.there, file, bytes(size)), (1000000000 + i, 1000000000 + i))
    p.make(p.there, '.hidden')
    p.make(p.there, 'd/inside')
    os.chmod(p.there + '/b', 0o4751)

    def order(options):
        return p.good(f'@ls {options} [abc]').split()

    assert order('-1') == ['a', 'b', 'c'] and order('-1r') == ['c', 'b', 'a']
    assert order('-1t') == ['c', 'a', 'b'] and order('-1S') == ['b', 'c', 'a'] and order('-1Sr') == ['a', 'c', 'b']
    assert sorted(order('-1f')) == ['a', 'b', 'c'] and order('') == ['a', 'b', 'c']
    assert p.good('@ls -1').split() == ['a', 'b', 'c', 'd'] and p.good('@ls -1a').split()[0] == '.hidden'
    assert p.good('@ls d') == 'd/inside\n' and p.good('@ls -1 d/ins*') == 'd/inside\n'
    said = p.good('@ls -l b', '@ls -lh b', '@ls -n d')
    assert re.search(rf'^-rwsr-x--x .*\b{os.getuid()} .* 3000 Sep .* 2001 b$', said, re.MULTILINE), said
    assert ' 2.9K ' in said and re.search(r'^-r.* 6 \w+ [ \d]\d \d\d:\d\d d/inside$', said, re.MULTILINE), said
    p.bad('ls gone')
    p.bad('ls x*', says='nothing fits')


def files_go_both_ways(name):
    p = Place(name)
    os.utime(p.make(p.here, 'large', os.urandom(300000)), (1000000000, 1100000000))
    said = p.good('put large', 'put -fp large kept', 'get -p kept back', 'mkdir d', 'put large d', 'lmkdir here', 'get kept here')
    assert 'Uploading large to large\n' in said and 'Fetching kept to back\n' in said, said
    for path in ((p.there, 'large'), (p.there, 'kept'), (p.here, 'back'), (p.there, 'd/large'), (p.here, 'here/kept')):
        assert digest(*path) == digest(p.here, 'large'), path
    assert os.stat(p.there + '/kept').st_mtime == os.stat(p.here + '/back').st_mtime == 1100000000


def transfers_are_resumed(name):
    p = Place(name)
    data = os.urandom(1 << 20)
    whole = hashlib.sha256(data).hexdigest()
    for line, target in (('reget f', p.here), ('get -a f', p.here), ('reput f', p.there), ('put -a f', p.there)):
        p.make(p.there, 'f', data)
        p.make(p.here, 'f', data)
        os.truncate(target + '/f', 700000)
        p.good(line)
        assert digest(p.here, 'f') == digest(p.there, 'f') == whole, line


def trees_and_globs_go_both_ways(name):
    p = Place(name)
    for file in ('tree/one', 'tree/deep/two', 'x1', 'x2'):
        p.make(p.here, file, file.encode())
    p.good('put -R tree', 'get -r tree tree2', 'mkdir d', 'put x* d', 'lmkdir e', 'get d/x? e', 'get -r tree e')
    assert process.run(['diff', '-r', 'tree', 'tree2'], cwd=p.here).returncode == 0
    assert process.run(['diff', '-r', 'tree', 'e/tree'], cwd=p.here).returncode == 0
    assert sorted(os.listdir(p.there + '/d')) == ['x1', 'x2'] and sorted(os.listdir(p.here + '/e')) == ['tree', 'x1', 'x2']
    p.make(p.there, 't/a/leaf')
    p.make(p.there, 't/b/leaf')
    assert p.good('@ls -1 t/*/le*').split() == ['t/a/leaf', 't/b/leaf']
    p.bad('get tree', says='-R')
    p.bad('get d/x? nowhere', says='several files')
    p.bad('put y*', says='nothing fits')
    p.good('rm d/*', 'rmdir d')


def names_are_quoted_and_never_taken_for_patterns(name):
    p = Place(name)
    for file in ('a b', "it's", 'star*', 'star1', 'say "x"', 'back\\slash', '[1]', '1'):
        p.make(p.there, file, file.encode())
    p.good('get "a b"', "get it\\'s", 'get "star*" one', "get 'say \"x\"'", 'get "say \\"x\\"" two', 'get back\\\\slash', 'get \\[1\\]',
           'get a\\ b three', "mkdir 'x  y'")
    for local, file in (('a b', 'a b'), ("it's", "it's"), ('one', 'star*'), ('say "x"', 'say "x"'), ('two', 'say "x"'),
                        ('back\\slash', 'back\\slash'), ('[1]', '[1]'), ('three', 'a b')):
        assert digest(p.here, local) == hashlib.sha256(file.encode()).hexdigest(), local
    assert os.path.isdir(p.there + '/x  y')
    p.good('rm "star*"')
    assert os.path.exists(p.there + '/star1') and not os.path.exists(p.there + '/star*')
    assert p.good('@ls -1 [1]') == '1\n'
    p.bad('get "a b', says='quote')
    p.bad('get a\\', says='backslash')


def a_servers_name_moves_no_terminal(name):
    p = Place(name)
    p.make(p.there, 'evil\x1b[2J\n')
    said = p.good('ls', 'ls -l', 'get evil* safe', 'rm evil*')
    assert '\x1b' not in said and said.count('evil\\x1b[2J\\x0a') == 4, said
    assert os.path.exists(p.here + '/safe')
    assert '\x1b' not in p.bad('rm "gone\x1b[2J"').stderr


def the_local_side_has_its_commands(name):
    p = Place(name)
    p.make(p.here, 'd/deep file')
    said = p.good('lpwd', 'lcd d', 'lpwd', 'lls', 'lls -1 d*', '!echo said by a shell',
                  'lmkdir new', 'lumask 077', 'lmkdir closed', 'version', 'help', '?', 'progress', 'progress', '# nothing', '')
    assert f'directory: {p.here}\n' in said and f'directory: {p.here}/d\n' in said and said.count('\ndeep file\n') == 2, said
    assert '\nsaid by a shell\n' in said and 'SFTP protocol version 3\n' in said and 'Local umask: 077\n' in said, said
    assert said.count('chmod [-h] mode path') == 2 and 'meter enabled\n' in said and 'meter disabled\n' in said, said
    assert os.stat(p.here + '/d/closed').st_mode & 0o777 == 0o700
    p.bad('lcd gone', says='No such file')
    p.bad('lumask 9')
    failed = p.batch('!exit 3', 'pwd')
    assert failed.returncode == 0 and 'status 3' in failed.stderr, failed


def a_batch_ends_at_its_first_failure(name):
    p = Place(name)
    p.make(p.there, 'one')
    done = p.bad('rm gone', 'rm one', says='gone')
    assert b'rm one' not in done.stdout and os.path.exists(p.there + '/one')
    done = p.batch('-rm gone', '@pwd', '-@rm gone', 'bye', 'rm one')
    assert done.returncode == 0 and done.stderr.count('gone') == 2 and os.path.exists(p.there + '/one'), done
    assert done.stdout.decode() == f'sftp> -rm gone\nRemoving gone\nRemote working directory: {p.path}\nRemoving gone\nsftp> bye\n', done
    for last in ('quit', 'exit', 'BYE'):
        assert p.batch(last, 'rm gone').returncode == 0


def a_batch_may_be_a_file(name):
    p = Place(name)
    p.make(p.here, 'batch', b'mkdir made\nrm gone\n')
    assert p.batch(words=('-b', 'batch')).returncode == 1 and os.path.isdir(p.there + '/made')
    done = p.batch(words=('-b', 'no-such-batch'))
    assert done.returncode == 255 and 'no-such-batch' in done.stderr, done


def without_a_terminal_nothing_prompts_and_failures_are_survived(name):
    p = Place(name)
    done = p.batch('rm gone', 'mkdir made', words=())
    assert done.returncode == 0 and b'sftp>' not in done.stdout and os.path.isdir(p.there + '/made'), done


def wrong_commands_are_told(name):
    p = Place(name)
    for line, says in (('fly', 'no such command'), ('get', 'missing'), ('get a b c', 'too many'), ('ls -q', 'not an option'),
                       ('rename a', 'missing'), ('cd gone', 'gone'), ('mkdir .', ''), ('get gone', 'gone'), ('put gone', 'gone')):
        p.bad(line, says=says)


def lines_have_limits(name):
    p = Place(name)
    for line, says in (('ls ' + 'x' * 8190, 'too long'), ('rm' + ' x' * 256, 'too many words'),
                       ('ls "' + '*' * 8187 + '"', ''), ('rm' + ' x' * 255, 'x:')):
        p.bad(line, says=says)


def a_terminal_is_prompted_and_failures_are_survived(name):
    p = Place(name)
    with Terminal(p.argv(), columns=100, cwd=p.here) as shell:
        for line, shows in ((b'rm gone\n', b'gone: .*no such file'), (b'mkdir made\n', b'made'), (b'bye\n', b'bye')):
            shell.expect(b'sftp> ')
            shell.type(line)
            shell.expect(shows)
        assert shell.wait() == 0, shell.shown
    assert os.path.isdir(p.there + '/made')


def ctrl_c_ends_a_transfer_and_not_the_session(name):
    p = Place(name)
    p.make(p.there, 'large', b'pearl\n' * 500000)
    with Terminal([*p.argv()[:2], '-l', '800', *p.argv()[2:]], columns=100, cwd=p.here) as shell:
        for shows, types in ((b'sftp> ', b'get large\n'), (b'MiB/s', b'\x03'), (b'cancelled', b''), (b'sftp> ', b'\x03'),
                             (b'sftp> ', b'mkdir made\n'), (b'sftp> ', b'bye\n')):
            shell.expect(shows)
            shell.type(types)
        assert shell.wait() == 0, shell.shown
    assert os.path.isdir(p.there + '/made') and os.path.getsize(p.here + '/large') < 3000000


def shell(p, term='vt100'):
    tap.need(os.environ.get('NACRE_EDITS') or term == 'dumb', 'the tool was built without libedit')
    return Terminal(p.argv(), columns=100, cwd=p.here, env={'TERM': term, 'HOME': p.here, 'LC_ALL': 'C.UTF-8'})


def words_are_completed(name):
    p = Place(name)
    for file in ('pearl one', 'pearl two', 'd/inside', "it's", 'größe', 'größer', 'star*', 'evil\x1b[2J'):
        p.make(p.there, file, file.encode())
    p.make(p.here, 'local/leaf', b'leaf')
    with shell(p) as typed:
        for line in (b'ge\tpe\t\tt\t\n', b'mk\tmade\n', b'get d\ti\t lo\t\n', b'get "pearl o\t\n', b'get i\t\n', b'get st\t\n',
                     'get gr\t\t\n'.encode(), b'put local/l\t d/\n', b'-@chmod 600 d/i\t\n', b'get ev\t\n', b'by\t\n'):
            typed.expect(b'sftp> ')
            typed.type(line)
        assert typed.wait() == 0, typed.shown
        assert b'pearl one  pearl two' in typed.shown and '\n'.encode() in typed.shown and b'\x1b[2J' not in typed.shown, typed.shown
    for file in ('pearl two', 'local/inside', 'pearl one', "it's", 'star*', 'größe'):
        assert os.path.exists(os.path.join(p.here, file)), (file, typed.shown)
    assert os.path.isdir(p.there + '/made') and digest(p.there, 'd/leaf') == digest(p.here, 'local/leaf')
    assert os.stat(p.there + '/d/inside').st_mode & 0o777 == 0o600 and not os.path.exists(p.here + '/evil\x1b[2J')


def lines_come_back_and_can_be_changed(name):
    p = Place(name)
    with shell(p) as typed:
        for line in (b'mkdir a1\n', b'\x10\x7f2\n', b'mkdir \x03', b'\x10\x10\x7f3\n', b'\x04'):  # \x10: up, \x7f: the key above Enter
            typed.expect(b'sftp> ')
            typed.type(line)
        assert typed.wait() == 0, typed.shown
    assert sorted(os.listdir(p.there)) == ['a1', 'a2', 'a3'], typed.shown


def a_terminal_that_can_do_nothing_is_enough(name):
    p = Place(name)
    with shell(p, term='dumb') as typed:
        for line in (b'mkdir a\n', b'\x03', b'mkdir b\n', b'\x04'):
            typed.expect(b'sftp> ')
            typed.type(line)
        assert typed.wait() == 0, typed.shown
    assert sorted(os.listdir(p.there)) == ['a', 'b'], typed.shown


def files_are_copied_at_the_server(name):
    p = Place(name)
    p.make(p.there, 'one', os.urandom(300000))
    p.good('cp one two', 'copy one three', 'mkdir d', 'cp three d/four')
    assert digest(p.there, 'one') == digest(p.there, 'two') == digest(p.there, 'd/four')
    p.bad('cp gone x', says='no such file')


def a_path_behind_the_host_is_fetched_or_entered(name):
    p = Place(name)
    p.make(p.there, 'd/one')
    assert p.good('@ls -1', path=p.path + '/d') == 'one\n'
    p.good(path=p.path + '/d/one', words=())
    assert digest(p.here, 'one') == digest(p.there, 'd/one')
    assert process.run([*p.argv(path=p.path + '/d/one'), 'other'], cwd=p.here).returncode == 0
    assert digest(p.here, 'other') == digest(p.there, 'd/one')
    assert p.batch(path=p.path + '/gone', words=()).returncode == 1
    assert 'Remote working directory: /' in p.good('pwd', path='')


def a_session_that_cannot_begin_is_told():
    p = Place('nacre')
    with nacre.Server([HOST], place.authorized_keys(ED), shell=False) as plain:
        p.port = plain.port
        assert p.batch('pwd').returncode == 255
    assert p.batch('pwd').returncode == 255
    assert process.run([nacre.TOOL, 'sftp']).returncode == 255
    assert process.run([nacre.TOOL, 'sftp', '-x', 'host']).returncode == 255


EACH = [names_are_made_moved_linked_and_removed, a_rename_replaces_unless_it_is_told_not_to, attributes_are_changed,
        the_file_system_is_measured, listings_have_their_forms_and_orders, files_go_both_ways, transfers_are_resumed,
        trees_and_globs_go_both_ways, names_are_quoted_and_never_taken_for_patterns, a_servers_name_moves_no_terminal,
        the_local_side_has_its_commands, a_batch_ends_at_its_first_failure, a_batch_may_be_a_file,
        without_a_terminal_nothing_prompts_and_failures_are_survived, wrong_commands_are_told,
        lines_have_limits, a_terminal_is_prompted_and_failures_are_survived, ctrl_c_ends_a_transfer_and_not_the_session,
        words_are_completed, lines_come_back_and_can_be_changed, a_terminal_that_can_do_nothing_is_enough,
        files_are_copied_at_the_server,
        a_path_behind_the_host_is_fetched_or_entered]
tap.run([(f'{name}: {test.__name__.replace("_", " ")}', functools.partial(test, name))
         for name in ('openssh', 'nacre') for test in EACH] + [a_session_that_cannot_begin_is_told])
