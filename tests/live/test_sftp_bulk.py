# Knows: what is large: many files, many entries, many bytes, with keys that change meanwhile. Must not know: how either end works.
import functools
import os
import re
import shutil
import tempfile

import nacre
import place
import process
from sshd import Sshd
import tap

HOST, ED = place.key('ed25519', 'host'), place.key('ed25519', 'user')
PROBE = os.path.join(nacre.BUILD, 'tests', 'live', 'sftp_probe')
ENTRIES = 100000
# In memory where there is room: a disk takes minutes to forget so many files.
IN_MEMORY = os.path.isdir('/dev/shm') and shutil.disk_usage('/dev/shm').free > 2 << 30
ROOM = tempfile.mkdtemp(prefix='nacre-bulk-', dir='/dev/shm' if IN_MEMORY else place.DIR)
place.atexit.register(shutil.rmtree, ROOM, True)


def start(name):
    if name == 'openssh':
        return Sshd([HOST], place.authorized_keys(ED))
    return nacre.Server([HOST], place.authorized_keys(ED), shell=False, flags=['--sftp-root', '/'])


@functools.cache
def server(name):
    here = start(name)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def known(name):
    return place.known_hosts(server(name).port, HOST, name=f'known_{name}')


def ours(name, job):
    done = process.run([PROBE, str(server(name).port), place.USER, ED, known(name), job, tempfile.mkdtemp(dir=ROOM)])
    assert done.returncode == 0, done


def openssh(*batch, options=()):
    words = [w for setting in (f'UserKnownHostsFile={known("nacre")}', 'GlobalKnownHostsFile=/dev/null', 'IdentitiesOnly=yes',
                               'IdentityAgent=none', f'IdentityFile={ED}', 'BatchMode=yes', *options) for w in ('-o', setting)]
    argv = [place.program('sftp'), '-q', '-F', '/dev/null', '-b', '-', '-P', str(server('nacre').port), *words,
            f'{place.USER}@127.0.0.1']
    done = process.run(argv, input=('\n'.join(batch) + '\n').encode())
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    return done.stdout.decode()


@functools.cache
def crowd():
    """A directory of very many entries, which are names of one file."""
    path = tempfile.mkdtemp(dir=ROOM)
    files = [os.path.join(path, f'{i}') for i in range(ENTRIES)]
    for i, name in enumerate(files):
        if i % 30000 == 0:  # a file may have no more names than that
            with open(name, 'wb'):
                pass
        else:
            os.link(files[i - i % 30000], name)
    return path


def tool(name, *batch):
    argv = [nacre.TOOL, 'sftp', '-b', '-', '-P', str(server(name).port), '-i', ED]
    for setting in (f'UserKnownHostsFile={known(name)}', 'GlobalKnownHostsFile=/dev/null', f'User={place.USER}'):
        argv += ['-o', setting]
    done = process.run([*argv, '127.0.0.1'], input=('\n'.join(batch) + '\n').encode())
    assert done.returncode == 0, (done.returncode, done.stderr[-2000:])
    return done.stdout.decode()


def is_whole(said):
    names = re.findall(r'/(\d+)\s*$', said, re.MULTILINE)
    assert sorted(map(int, names)) == list(range(ENTRIES)), len(names)


def we_list_a_large_directory(name):
    is_whole(tool(name, f'@ls -1 {crowd()}'))


def openssh_lists_a_large_directory():
    is_whole(openssh(f'ls -1f {crowd()}'))


def same(a, b):
    assert process.run(['cmp', a, b]).returncode == 0


def we_transfer_while_the_server_changes_keys(name):
    """Both ways, 64 MiB; the limit is the server's, or ours."""
    big, cwd = place.big_file(), tempfile.mkdtemp(dir=ROOM)
    with Sshd([HOST], place.authorized_keys(ED), 'RekeyLimit 1M') as strict:
        port = strict.port if name == 'openssh' else server(name).port
        argv = [nacre.TOOL, 'sftp', '-b', '-', '-P', str(port), '-i', ED]
        for setting in (f'UserKnownHostsFile={place.known_hosts(port, HOST, name="known_strict")}', f'User={place.USER}',
                        'GlobalKnownHostsFile=/dev/null', 'RekeyLimit=1M', 'KexAlgorithms=curve25519-sha256'):
            argv += ['-o', setting]
        done = process.run([*argv, '127.0.0.1'], input=f'put {big} {cwd}/there\nget {cwd}/there {cwd}/back\n'.encode())
        assert done.returncode == 0, done.stderr[-2000:]
    same(big, cwd + '/there')
    same(big, cwd + '/back')


def openssh_transfers_while_keys_change():
    cwd = tempfile.mkdtemp(dir=ROOM)
    openssh(f'put {place.big_file()} {cwd}/there', f'get {cwd}/there {cwd}/back', options=['RekeyLimit=1M', 'KexAlgorithms=curve25519-sha256'])
    same(place.big_file(), cwd + '/there')
    same(place.big_file(), cwd + '/back')


tap.run([(f'{name}: {job}', functools.partial(ours, name, job)) for name in ('openssh', 'nacre') for job in ('sparse', 'many')] +
        [(f'{name}: {test.__name__.replace("_", " ")}', functools.partial(test, name)) for name in ('openssh', 'nacre')
         for test in (we_list_a_large_directory, we_transfer_while_the_server_changes_keys)] +
        [openssh_lists_a_large_directory, openssh_transfers_while_keys_change])
