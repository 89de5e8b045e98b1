# Knows: AsyncSSH's SFTP client, which has many requests under way. Must not know: the server, but that its root holds
# "large", of 4 GiB and 9 bytes.
# usage: peer_asyncssh_sftp.py PORT KNOWN_HOSTS USER KEY
# Works through a list of operations, checks each, and prints "all good".
import asyncio
import os
import sys
import tempfile

import asyncssh

PORT, KNOWN_HOSTS, USER, KEY = sys.argv[1:5]
GIB4 = 4 << 30


async def is_refused(awaitable):
    try:
        await awaitable
    except asyncssh.SFTPError:
        return True
    return False


async def names_and_attributes(sftp):
    await sftp.makedirs('q/r')
    async with sftp.open('q/a', 'wb') as file:
        await file.write(b'pearl')
    await sftp.chmod('q/a', 0o600)
    await sftp.utime('q/a', (3000, 4000))
    seen = await sftp.stat('q/a')
    assert (seen.size, seen.permissions & 0o777, seen.mtime) == (5, 0o600, 4000)
    await sftp.link('q/a', 'q/hard')
    await sftp.symlink('a', 'q/link')
    assert await sftp.readlink('q/link') == 'a'
    assert (await sftp.statvfs('q')).namemax > 0
    assert await is_refused(sftp.rename('q/a', 'q/hard'))
    await sftp.posix_rename('q/link', 'q/moved')
    async with sftp.open('q/a', 'r+b') as file:
        await file.fsync()
        assert (await file.statvfs()).bsize > 0
    assert sorted(n for n in await sftp.listdir('q') if n not in ('.', '..')) == ['a', 'hard', 'moved', 'r']
    assert await is_refused(sftp.stat('../canary'))
    await sftp.rmtree('q')
    assert not await sftp.exists('q')


async def trees_both_ways(sftp):
    with tempfile.TemporaryDirectory() as here:
        for i in range(200):
            os.makedirs(f'{here}/from/{i % 10}', exist_ok=True)
            with open(f'{here}/from/{i % 10}/{i}', 'wb') as file:
                file.write(os.urandom(i * 50))
        await sftp.put(f'{here}/from', 'grove', recurse=True, preserve=True)
        await sftp.get('grove', f'{here}/back', recurse=True)
        for i in range(200):
            with open(f'{here}/from/{i % 10}/{i}', 'rb') as one, open(f'{here}/back/{i % 10}/{i}', 'rb') as two:
                assert one.read() == two.read()
    await sftp.rmtree('grove')


async def many_users_of_one_session(sftp):
    async def one(i):
        async with sftp.open(f'n{i}', 'w+b') as file:
            data = os.urandom(100000 + i)
            await file.write(data)
            assert await file.read(offset=0, size=len(data)) == data
        await sftp.remove(f'n{i}')

    await asyncio.gather(*(one(i) for i in range(60)))


async def the_end_of_a_large_file(sftp):
    async with sftp.open('large', 'r+b') as file:
        await file.write(b'END', GIB4 + 4)
        assert await file.read(100, GIB4) == b'the END.\n'
        await file.write(b'end', GIB4 + 4)


async def main():
    async with asyncssh.connect('127.0.0.1', int(PORT), known_hosts=KNOWN_HOSTS, username=USER, client_keys=[KEY],
                                agent_path=None, config=None) as client:
        async with client.start_sftp_client() as sftp:
            for work in (names_and_attributes, trees_both_ways, many_users_of_one_session, the_end_of_a_large_file):
                await work(sftp)
    print('all good')


asyncio.run(main())
