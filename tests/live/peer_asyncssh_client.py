# Knows: AsyncSSH's client side. Must not know: the server.
# usage: peer_asyncssh_client.py PORT KNOWN_HOSTS USER KEY|password:PASSWORD COMMAND [INPUT_BYTES]
# Prints as peer_paramiko_client.py does.
import asyncio
import os
import sys

import asyncssh

PORT, KNOWN_HOSTS, USER, CREDENTIAL, COMMAND = sys.argv[1:6]
INPUT = os.urandom(int(sys.argv[6])) if len(sys.argv) > 6 else b''


def credential():
    if CREDENTIAL.startswith('password:'):
        return {'password': CREDENTIAL[9:], 'client_keys': None}
    return {'client_keys': [CREDENTIAL]}


async def main():
    async with asyncssh.connect('127.0.0.1', int(PORT), username=USER, known_hosts=KNOWN_HOSTS, agent_path=None, config=[],
                                **credential()) as connection:
        done = await connection.run(COMMAND, input=INPUT, encoding=None)
        if INPUT:
            print(f'{"same" if done.stdout == INPUT else "different"}|{done.exit_status}')
        else:
            print(f'{done.stdout.decode()}|{done.stderr.decode()}|{done.exit_status}')


asyncio.run(main())
