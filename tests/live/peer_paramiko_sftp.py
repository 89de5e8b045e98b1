# Knows: Paramiko's SFTP client. Must not know: the server, but that its root holds "large", of 4 GiB and 9 bytes.
# usage: peer_paramiko_sftp.py PORT KNOWN_HOSTS USER KEY
# Works through a list of operations, checks each, and prints "all good".
import hashlib
import io
import os
import stat
import sys

import paramiko

PORT, KNOWN_HOSTS, USER, KEY = sys.argv[1:5]
GIB4 = 4 << 30


def refused(operation, *arguments):
    try:
        operation(*arguments)
    except OSError:
        return True
    return False


def names_and_attributes(sftp):
    sftp.mkdir('p')
    assert stat.S_ISDIR(sftp.stat('p').st_mode)
    with sftp.open('p/a', 'wx') as file:
        file.write(b'pearl')
    assert refused(sftp.open, 'p/a', 'wx')
    sftp.chmod('p/a', 0o640)
    sftp.utime('p/a', (1000, 2000))
    sftp.truncate('p/a', 3)
    seen = sftp.stat('p/a')
    assert (seen.st_size, stat.S_IMODE(seen.st_mode)) == (3, 0o640), seen
    sftp.utime('p/a', (1000, 2000))
    assert (sftp.stat('p/a').st_atime, sftp.stat('p/a').st_mtime) == (1000, 2000)
    sftp.symlink('a', 'p/link')
    assert sftp.readlink('p/link') == 'a' and stat.S_ISLNK(sftp.lstat('p/link').st_mode)
    with sftp.open('p/b', 'w') as file:
        file.write(b'b')
    assert refused(sftp.rename, 'p/a', 'p/b')
    sftp.posix_rename('p/a', 'p/b')
    assert sorted(sftp.listdir('p')) == ['b', 'link']
    assert sftp.normalize('p/../p/.') == '/p'
    assert refused(sftp.rmdir, 'p') and refused(sftp.stat, 'p/none') and refused(sftp.open, '../../etc/passwd')
    for name in ('b', 'link'):
        sftp.remove('p/' + name)
    sftp.rmdir('p')


def bytes_both_ways(sftp):
    data = os.urandom(3 << 20)
    sftp.putfo(io.BytesIO(data), 'big')
    back = io.BytesIO()
    sftp.getfo('big', back)
    assert back.getvalue() == data
    with sftp.open('big', 'r') as file:
        assert file.check('sha256') == hashlib.sha256(data).digest()
        blocks = file.check('sha1', 1000, 0, 1 << 20)
        assert blocks == b''.join(hashlib.sha1(data[i:i + (1 << 20)]).digest() for i in range(1000, len(data), 1 << 20))
    with sftp.open('big', 'r+') as file:
        file.seek(1 << 20)
        file.write(b'changed')
        assert b''.join(file.readv([(1 << 20, 7), (5, 3)])) == b'changed' + data[5:8]
    with sftp.open('big', 'a') as file:
        file.write(b'end')
    with sftp.open('big', 'r') as file:
        file.seek(-3, file.SEEK_END)
        assert file.read() == b'end'
    sftp.remove('big')


def the_end_of_a_large_file(sftp):
    with sftp.open('large', 'r+') as file:
        file.seek(GIB4)
        assert file.read() == b'the end.\n'
        file.seek(GIB4 + 4)
        file.write(b'END')
        file.seek(GIB4)
        assert file.read() == b'the END.\n'
        file.seek(GIB4 + 4)
        file.write(b'end')
        file.truncate(GIB4 + 9)
        assert file.stat().st_size == GIB4 + 9


def main():
    client = paramiko.SSHClient()
    client.load_host_keys(KNOWN_HOSTS)
    client.connect('127.0.0.1', int(PORT), USER, key_filename=KEY, look_for_keys=False, allow_agent=False, timeout=60)
    sftp = client.open_sftp()
    for work in (names_and_attributes, bytes_both_ways, the_end_of_a_large_file):
        work(sftp)
    client.close()
    print('all good')


main()
