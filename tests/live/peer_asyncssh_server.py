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
        return (username, password) == (USER, PASSWORD)


async def run(process):
    command = process.command or ''
    child = await asyncio.create_subprocess_shell(
        command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
    await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
    status = await child.wait()
    await process.stdout.drain()
    await process.stderr.drain()
    if status < 0:
        process.channel.exit_with_signal('TERM', False, 'killed')
    else:
        process.exit(status)


async def main():
    server = await asyncssh.listen('127.0.0.1', 0, server_factory=Desk, server_host_keys=[HOST_KEY],
                                   authorized_client_keys=AUTHORIZED, process_factory=run, encoding=None)
    print(f'listening on {server.sockets[0].getsockname()[1]}', flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
