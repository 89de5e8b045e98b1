# Knows: OpenSSH's, AsyncSSH's, Paramiko's and our SFTP servers. Must not know: how our client works.
import functools
import os
import re
import shutil
import tempfile

import cut
import nacre
import place
import process
import python_peer
import tap
from sshd import Sshd

HOST, ED = place.key('ed25519', 'host'), place.key('ed25519', 'user')
PROBE = os.path.join(nacre.BUILD, 'tests', 'live', 'sftp_probe')
PASSWORD = 'a grain of sand'


def start(name):
    if name == 'openssh':
        return Sshd([HOST], place.authorized_keys(ED), 'LogLevel INFO')
    if name == 'nacre':
        return nacre.Server([HOST], place.authorized_keys(ED), shell=False, flags=['--sftp-root', '/'])
    mode = ['run'] if name == 'paramiko' else []
    return python_peer.Server(name, f'peer_{name}_server.py', HOST, place.authorized_keys(ED), place.USER, PASSWORD, *mode)


@functools.cache
def server(name):
    here = start(name)
    place.atexit.register(here.__exit__)
    return here.__enter__()


def probe(name, job, directory=None, port=None):
    port = port or server(name).port
    directory = directory or tempfile.mkdtemp(dir=place.DIR)
    known = place.known_hosts(port, HOST, name=f'known_{port}')
    return process.run([PROBE, str(port), place.USER, ED, known, job, directory])


def job_succeeds(name, job):
    done = probe(name, job)
    assert done.returncode == 0, done


def a_login_scripts_text_is_shown():
    script = place.write('greet', '#!/bin/sh\necho Welcome to the reef; exec cat\n', 0o700)
    with Sshd([HOST], place.authorized_keys(ED), f'ForceCommand {script}') as here:
        done = probe('openssh', 'modes', port=here.port)
    assert b'the server printed text before SFTP began: Welcome to the reef' in done.stdout, done


def a_server_without_sftp_is_told():
    with Sshd([HOST], place.authorized_keys(ED), 'ForceCommand /bin/false') as here:
        done = probe('openssh', 'modes', port=here.port)
    assert done.returncode == 1 and b'ended the session before SFTP began' in done.stdout, done


def the_readme_example_of_sftp_runs():
    cwd = tempfile.mkdtemp(dir=place.DIR)
    port = server('openssh').port
    os.replace(place.known_hosts(port, HOST, name='known_example'), os.path.join(cwd, 'known_hosts'))
    shutil.copy(ED, os.path.join(cwd, 'id_ed25519'))
    with open(os.path.join(cwd, 'pearls.txt'), 'w', encoding='utf-8') as file:
        file.write('pearl\n' * 1000)
    there = os.path.join(place.HOME, 'pearls-there.txt')
    try:
        done = process.run([os.path.join(nacre.BUILD, 'examples', 'sftp'), '127.0.0.1', str(port)], cwd=cwd)
        assert done.returncode == 0 and done.stdout == b'6000 bytes are there\n', done
        with open(os.path.join(cwd, 'pearls-again.txt'), encoding='utf-8') as file:
            assert file.read() == 'pearl\n' * 1000
    finally:
        if os.path.exists(there):
            os.unlink(there)


def the_readme_shows_the_example_of_sftp_as_it_is():
    root = os.path.dirname(os.path.dirname(place.HERE))
    with open(os.path.join(root, 'README.md'), encoding='utf-8') as readme:
        blocks = re.findall(r'```c\n(.*?)```', readme.read(), re.DOTALL)
    with open(os.path.join(root, 'examples', 'sftp.c'), encoding='utf-8') as source:
        assert blocks[1].strip() in source.read()


def tool(*words, **how):
    port = server('openssh').port
    known = place.known_hosts(port, HOST, name='known_tool')
    settings = [f'UserKnownHostsFile={known}', 'GlobalKnownHostsFile=/dev/null', f'User={place.USER}']
    options = [w for setting in settings for w in ('-o', setting)]
    return process.run([nacre.TOOL, words[0], '-P', str(port), '-i', ED, *options, *words[1:]], **how)


def the_tool_gets_and_puts():
    cwd = tempfile.mkdtemp(dir=place.DIR)
    os.makedirs(os.path.join(cwd, 'tree', 'deep'))
    for name in ('one', 'tree/two', 'tree/deep/three'):
        with open(os.path.join(cwd, name), 'w', encoding='utf-8') as file:
            file.write(name)
    os.utime(os.path.join(cwd, 'one'), (1000000000, 1100000000))
    for words in (('put', '-p', 'one', f'127.0.0.1:{cwd}/there'), ('get', '-pa', f'127.0.0.1:{cwd}/one', 'back'),
                  ('get', f'127.0.0.1:{cwd}/one', 'tree'), ('put', '-r', 'tree', f'127.0.0.1:{cwd}/tree2'),
                  ('get', '-r', f'127.0.0.1:{cwd}/tree2', 'tree3')):
        done = tool(*words, cwd=cwd)
        assert done.returncode == 0, done
    for name in ('there', 'back'):
        assert os.stat(os.path.join(cwd, name)).st_mtime == 1100000000, name
    assert process.run(['diff', '-r', 'tree', 'tree3'], cwd=cwd).returncode == 0
    assert os.path.exists(os.path.join(cwd, 'tree', 'one'))


def the_tool_puts_over_several_channels():
    cwd = tempfile.mkdtemp(dir=place.DIR)
    with open(os.path.join(cwd, 'large'), 'wb') as file:
        file.write(os.urandom(24 << 20))
    done = tool('put', '--channels', '4', 'large', f'127.0.0.1:{cwd}/there', cwd=cwd)
    assert done.returncode == 0 and process.run(['cmp', 'large', 'there'], cwd=cwd).returncode == 0, done
    assert not os.path.exists(cwd + '/there.nacre-part')
    for wrong in ('0', '17', 'x', '-1'):
        assert tool('put', '--channels', wrong, 'large', f'127.0.0.1:{cwd}/x', cwd=cwd).returncode == 255, wrong
    assert tool('get', '--channels', '4', f'127.0.0.1:{cwd}/large', 'x', cwd=cwd).returncode == 255


def the_tool_says_what_went_wrong():
    done = tool('get', '127.0.0.1:/no/such/pearl', '-', cwd=place.DIR)
    assert done.returncode == 255 and 'no such file' in done.stderr and '/no/such/pearl' in done.stderr, done
    assert tool('get', 'pearl').returncode == 255
    assert tool('put', '-q', 'pearl', '127.0.0.1:x').returncode == 255


def is_prefix(part, whole):
    with open(part, 'rb') as a, open(whole, 'rb') as b:
        begun = a.read()
        return begun == b.read(len(begun))


def cut_at_many_places(job, target, start, step):
    """Each connection ends somewhere; the next one goes on from what the one before has left; the last one is whole."""
    directory = tempfile.mkdtemp(dir=place.DIR)
    source, target = os.path.join(directory, 'source'), os.path.join(directory, target)
    with open(source, 'wb') as file:
        file.write(os.urandom(24 << 20))
    sizes = []
    for k in range(14):
        between = cut.Cut(server('openssh').port, start + k * step)
        done = probe('openssh', job, directory, port=between.port)
        assert done.returncode == 1, done
        sizes.append(os.path.getsize(target) if os.path.exists(target) else 0)
        assert sizes[-1] == 0 or is_prefix(target, source), sizes
    done = probe('openssh', job, directory)
    assert done.returncode == 0, done
    with open(source, 'rb') as a, open(target, 'rb') as b:
        assert a.read() == b.read()
    assert max(sizes) > 0, sizes


def a_get_that_is_cut_anywhere_is_resumed():
    cut_at_many_places('fetch', 'back', 2500, 120001)


def a_put_that_is_cut_anywhere_is_resumed():
    cut_at_many_places('store', 'there', 2500, 317)


JOBS = ['modes', 'bytes', 'names', 'attributes', 'listing', 'bulk', 'sessions', 'transfers', 'resume', 'cancel', 'trees']
tests = [(f'{name}: {job}', functools.partial(job_succeeds, name, job))
         for name in ('openssh', 'asyncssh', 'paramiko', 'nacre') for job in JOBS
         if (name, job) != ('paramiko', 'bytes')]  # Paramiko's names are UTF-8
tap.run(tests + [the_readme_example_of_sftp_runs, the_readme_shows_the_example_of_sftp_as_it_is,
                  the_tool_gets_and_puts, the_tool_puts_over_several_channels, the_tool_says_what_went_wrong, a_get_that_is_cut_anywhere_is_resumed,
                  a_put_that_is_cut_anywhere_is_resumed, a_login_scripts_text_is_shown, a_server_without_sftp_is_told])
