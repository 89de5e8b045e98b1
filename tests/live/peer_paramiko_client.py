# Knows: Paramiko's client side. Must not know: the server.
# usage: peer_paramiko_client.py PORT KNOWN_HOSTS USER KEY|password:PASSWORD COMMAND [INPUT_BYTES]
# Prints the command's stdout, "|", its stderr, "|" and its status; or its status and a digest where there is input.
import hashlib
import os
import sys
import threading

import paramiko

PORT, KNOWN_HOSTS, USER, CREDENTIAL, COMMAND = sys.argv[1:6]
INPUT = int(sys.argv[6]) if len(sys.argv) > 6 else 0


def connect():
    client = paramiko.SSHClient()
    client.load_host_keys(KNOWN_HOSTS)
    how = {'password': CREDENTIAL[9:]} if CREDENTIAL.startswith('password:') else {'key_filename': CREDENTIAL}
    client.connect('127.0.0.1', int(PORT), USER, look_for_keys=False, allow_agent=False, timeout=60, **how)
    return client


def echo_all(stdin, stdout):
    """Sends the input while it reads the output, and compares."""
    data = os.urandom(INPUT)

    def send():
        stdin.write(data)
        stdin.channel.shutdown_write()

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    back = stdout.read()
    sender.join()
    return hashlib.sha256(back).digest() == hashlib.sha256(data).digest()


def main():
    client = connect()
    stdin, stdout, stderr = client.exec_command(COMMAND, timeout=120)
    if INPUT:
        same = echo_all(stdin, stdout)
        print(f'{"same" if same else "different"}|{stdout.channel.recv_exit_status()}')
    else:
        stdin.channel.shutdown_write()
        print(f'{stdout.read().decode()}|{stderr.read().decode()}|{stdout.channel.recv_exit_status()}')
    client.close()


main()
