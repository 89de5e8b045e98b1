# Knows: what SFTP clients of others do with nacre serve --sftp-root. Must not know: how it serves.
import functools
import hashlib
import os
import re

import nacre
import place
import process
import python_peer
import tap

HOST, MINE = place.key('ed25519', 'host'), place.key('ed25519', 'user')
ROOT, LOCAL = place.path('sftp-root'), place.path('sftp-local')
GIB4 = 4 << 30


def spread(path, text):
    with open(path, 'wb') as file:
        file.write(text)


def digest(path):
    with open(path, 'rb') as file:
        return hashlib.file_digest(file, 'sha256').hexdigest()


@functools.cache
def server():
    """One for all tests; beside its root lies what nobody may see."""
    for folder in (ROOT, LOCAL, ROOT + '/deep'):
        os.makedirs(folder, exist_ok=True)
    spread(place.path('canary'), b'the canary')
    os.symlink('../canary', ROOT + '/out')
    spread(ROOT + '/pearl', b'pearl\n')
    with open(ROOT + '/large', 'wb') as file:
        file.seek(GIB4)
        file.write(b'the end.\n')
    here = nacre.Server([HOST], place.authorized_keys(MINE), shell=False, flags=['--sftp-root', ROOT])
    place.atexit.register(here.__exit__)
    return here.__enter__()


def settings(port, *more):
    words = []
    for setting in (f'UserKnownHostsFile={place.known_hosts(port, HOST)}', 'GlobalKnownHostsFile=/dev/null',
                    'IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=yes', f'IdentityFile={MINE}',
                    'BatchMode=yes', *more):
        words += ['-o', setting]
    return ['-F', '/dev/null', '-P', str(port), *words]


def sftp(batch, *options, port=None, flags=()):
    """A batch of OpenSSH's: it stops at the first command that fails."""
    port = port or server().port
    argv = [place.program('sftp'), '-b', '-', *flags, *settings(port, *options), f'{place.USER}@127.0.0.1']
    return process.run(argv, input=('\n'.join(batch) + '\n').encode(), cwd=LOCAL)


def good(done):
    assert done.returncode == 0, (done.returncode, done.stdout[-2000:], done.stderr[-3000:])
    return done.stdout.decode()


def openssh_works_through_its_commands():
    server()
    spread(LOCAL + '/some', os.urandom(100001))
    said = good(sftp(['pwd', 'mkdir d', 'put some d/some', 'get d/some back', 'rename d/some d/other', 'chmod 640 d/other',
                      'ln -s other d/link', 'ln d/other d/hard', 'ls -la d', 'df', 'df -h d', 'cd d', 'pwd', 'cd ..']))
    assert digest(LOCAL + '/some') == digest(LOCAL + '/back') == digest(ROOT + '/d/hard')
    assert re.search(r'-rw-r-----.* 100001 .*\d\d:\d\d d/other', said), said
    assert re.search(r'lrwxrwxrwx.* d/link', said) and 'directory: /d' in said and '%Capacity' in said, said
    good(sftp(['rm d/link', 'rm d/hard', 'rm d/other', 'rmdir d']))
    assert not os.path.exists(ROOT + '/d')


def openssh_is_refused_what_is_outside():
    for command in ('get out', 'get /out', 'get /../canary', 'get ../../../etc/passwd', 'put some out'):
        done = sftp([command])
        assert done.returncode == 1, (command, done)
    with open(place.path('canary'), 'rb') as file:
        assert file.read() == b'the canary'


def openssh_resumes_in_both_directions():
    data = os.urandom(1 << 20)
    spread(ROOT + '/whole', data)
    spread(LOCAL + '/whole', data[:300000])
    good(sftp(['reget whole']))
    assert digest(LOCAL + '/whole') == digest(ROOT + '/whole')
    spread(ROOT + '/whole', data[:500000])
    good(sftp(['reput whole']))
    assert digest(ROOT + '/whole') == digest(LOCAL + '/whole')
    os.remove(ROOT + '/whole')


def openssh_resumes_beyond_4_gib():
    """Only the last bytes travel: the rest is there, and sparse."""
    with open(LOCAL + '/large', 'wb') as file:
        file.truncate(GIB4)
    good(sftp(['reget large']))
    with open(LOCAL + '/large', 'rb') as file:
        file.seek(GIB4)
        assert file.read() == b'the end.\n'
    os.truncate(ROOT + '/large', GIB4 + 4)
    good(sftp(['reput large']))
    with open(ROOT + '/large', 'rb') as file:
        file.seek(GIB4)
        assert file.read() == b'the end.\n'
    os.remove(LOCAL + '/large')


def trees_and_their_times_go_both_ways():
    os.makedirs(LOCAL + '/tree/deep/deeper')
    for i in range(50):
        spread(f'{LOCAL}/tree/deep/{i}', os.urandom(1000 * i))
        os.utime(f'{LOCAL}/tree/deep/{i}', (1000 + i, 2000 + i))
    good(sftp(['put -rp tree', 'get -rp tree tree2']))
    for i in range(50):
        assert digest(f'{LOCAL}/tree/deep/{i}') == digest(f'{LOCAL}/tree2/deep/{i}') == digest(f'{ROOT}/tree/deep/{i}')
        assert int(os.stat(f'{LOCAL}/tree2/deep/{i}').st_mtime) == 2000 + i


def scp_copies_both_ways():
    port = server().port
    spread(LOCAL + '/scp', os.urandom(200000))
    where = f'{place.USER}@127.0.0.1:'
    for words in (['-p', 'scp', where + 'scp'], [where + 'scp', 'scp-back'], ['-r', where + 'deep', 'scp-deep']):
        good(process.run([place.program('scp'), *settings(port), *words], cwd=LOCAL))
    assert digest(LOCAL + '/scp') == digest(LOCAL + '/scp-back') == digest(ROOT + '/scp')
    assert os.path.isdir(LOCAL + '/scp-deep')


def curl_gets_puts_and_lists():
    curl, port = place.program('curl'), server().port
    tap.need('sftp' in process.run([curl, '-V']).stdout.decode().split(), 'curl has no sftp here')
    public = place.write('curl.pub', place.public(MINE) + '\n')
    base = [curl, '-sS', '--insecure', '--pubkey', public, '--key', MINE, '-u', place.USER + ':']
    url = f'sftp://127.0.0.1:{port}/'
    spread(LOCAL + '/curl', os.urandom(3 << 20))
    good(process.run([*base, '-T', LOCAL + '/curl', url + 'curl']))
    assert digest(ROOT + '/curl') == digest(LOCAL + '/curl')
    good(process.run([*base, '-o', LOCAL + '/curl-back', url + 'curl']))
    assert digest(LOCAL + '/curl') == digest(LOCAL + '/curl-back')
    assert 'pearl' in good(process.run([*base, url]))
    good(process.run([*base, '-Q', 'rename /curl /curl2', '-Q', 'rm /curl2', url]))
    assert not os.path.exists(ROOT + '/curl') and not os.path.exists(ROOT + '/curl2')


def lftp_mirrors_both_ways():
    lftp, port = place.program('lftp'), server().port
    os.makedirs(LOCAL + '/mirror/sub')
    for i in range(20):
        spread(f'{LOCAL}/mirror/sub/{i}', os.urandom(i * 4000))
    options = ' '.join(settings(port)).replace('-P ', '-p ')
    script = (f'set sftp:connect-program "ssh -a -x {options}"; set net:max-retries 2; set net:timeout 60; '
              f'open -u {place.USER}, sftp://127.0.0.1:{port}; mirror -R mirror mirrored && mirror mirrored mirror2 && '
              f'ls mirrored/sub && rm -r mirrored; bye')
    said = good(process.run([lftp, '--norc', '-c', script], cwd=LOCAL))
    for i in range(20):
        assert digest(f'{LOCAL}/mirror/sub/{i}') == digest(f'{LOCAL}/mirror2/sub/{i}'), said
    assert not os.path.exists(ROOT + '/mirrored'), said


def rclone_syncs_both_ways():
    """rclone lists, copies several files at once, compares, renames and removes."""
    rclone, port = place.program('rclone'), server().port
    os.makedirs(LOCAL + '/clone/sub')
    for i in range(30):
        spread(f'{LOCAL}/clone/sub/{i}', os.urandom(i * 5000))
    remote = (f':sftp,host=127.0.0.1,port={port},user={place.USER},key_file={MINE},known_hosts_file={place.known_hosts(port, HOST)},'
              'shell_type=none:')
    env = {**os.environ, 'RCLONE_CONFIG': '/dev/null', 'HOME': LOCAL}
    for words in (['copy', 'clone', remote + '/cloned'], ['check', '--download', 'clone', remote + '/cloned'],
                  ['copy', remote + '/cloned', 'clone2'], ['moveto', remote + '/cloned/sub/7', remote + '/cloned/seven'],
                  ['sync', 'clone', remote + '/cloned']):
        good(process.run([rclone, '--retries', '1', '-q', *words], cwd=LOCAL, env=env))
    assert process.run(['diff', '-r', 'clone', 'clone2'], cwd=LOCAL).returncode == 0
    assert process.run(['diff', '-r', LOCAL + '/clone', ROOT + '/cloned']).returncode == 0
    good(process.run([rclone, '-q', 'purge', remote + '/cloned'], cwd=LOCAL, env=env))
    assert not os.path.exists(ROOT + '/cloned')


def python(package):
    port = server().port
    done = python_peer.run_client(package, f'peer_{package}_sftp.py', port, place.known_hosts(port, HOST), place.USER, MINE)
    assert done.stdout == b'all good\n', (done.stdout, done.stderr[-3000:])


def a_read_only_server_changes_nothing():
    with nacre.Server([HOST], place.authorized_keys(MINE), shell=False,
                      flags=['--sftp-root', ROOT, '--sftp-read-only']) as frozen:
        before = sorted(os.listdir(ROOT))
        good(sftp(['ls', 'get pearl pearl-copy'], port=frozen.port))
        for command in ('put pearl-copy new', 'rm pearl', 'mkdir new', 'rename pearl new', 'chmod 777 pearl',
                        'ln -s pearl new'):
            done = sftp([command], port=frozen.port)
            assert done.returncode == 1 and 'denied' in done.stderr.lower(), (command, done)
        assert sorted(os.listdir(ROOT)) == before


def without_a_root_there_is_no_sftp():
    with nacre.Server([HOST], place.authorized_keys(MINE), shell=False) as plain:
        assert sftp(['ls'], port=plain.port).returncode == 255
    assert 'pearl' in good(sftp(['ls']))


tap.run([openssh_works_through_its_commands, openssh_is_refused_what_is_outside, openssh_resumes_in_both_directions,
         openssh_resumes_beyond_4_gib, trees_and_their_times_go_both_ways, scp_copies_both_ways, curl_gets_puts_and_lists, lftp_mirrors_both_ways, rclone_syncs_both_ways,
         ('Paramiko works through its operations', functools.partial(python, 'paramiko')),
         ('AsyncSSH works through its operations', functools.partial(python, 'asyncssh')),
         a_read_only_server_changes_nothing, without_a_root_there_is_no_sftp])
