# Knows: AsyncSSH's server side. Must not know: what connects to it.
# usage: peer_asyncssh_server.py HOST_KEY AUTHORIZED_KEYS USER PASSWORD
import asyncio
import sys

import asyncssh

HOST_KEY, AUTHORIZED, USER, PASSWORD = sys.argv[1:]


class Desk(asyncssh.SSHServer):
    def password_auth_supported(self):
        return True

    def validate_password(self, username, password):
        if password == 'stale':
            raise asyncssh.PasswordChangeRequired('choose another')
        return (username, password) == (USER, PASSWORD)

    def change_password(self, username, old_password, new_password):
        return (username, old_password, new_password) == (USER, 'stale', 'a new grain')


async def feed(process, child):
    while data := await process.stdin.read(65536):
        child.stdin.write(data)
        await child.stdin.drain()
    child.stdin.close()


async def copy(source, sink):
    while data := await source.read(65536):
        sink.write(data)
        await sink.drain()


async def run(process):
    """By hand: AsyncSSH's own redirect reads twice at once when its writer is paused."""
    child = await asyncio.create_subprocess_shell(
        process.command or '', stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    feeder = asyncio.create_task(feed(process, child))
    await asyncio.gather(copy(child.stdout, process.stdout), copy(child.stderr, process.stderr))
    status = await child.wait()
    feeder.cancel()
    if status < 0:
        process.channel.exit_with_signal('TERM', False, 'killed')
    else:
        process.exit(status)


async def main():
    server = await asyncssh.listen('127.0.0.1', 0, server_factory=Desk, server_host_keys=[HOST_KEY],
                                   authorized_client_keys=AUTHORIZED, process_factory=run, sftp_factory=True, encoding=None)
    print(f'listening on {server.sockets[0].getsockname()[1]}', flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
