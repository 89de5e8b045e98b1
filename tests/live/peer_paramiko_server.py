# Knows: Paramiko's server side. Must not know: what connects to it.
# usage: peer_paramiko_server.py HOST_KEY AUTHORIZED_KEYS USER PASSWORD MODE
# MODE: run | no-exit-status | exit-signal | stall-auth | stall-open | stall-exec | interactive (asks in two rounds)
import socket
import subprocess
import sys
import threading

import paramiko

from paramiko_files import Files

HOST_KEY, AUTHORIZED, USER, PASSWORD, MODE = sys.argv[1:]
NEVER = threading.Event()  # waiting for it stalls one connection's thread


def stall_if(mode):
    if MODE == mode:
        print('stalled', flush=True)
        NEVER.wait()


class Desk(paramiko.ServerInterface):
    def get_allowed_auths(self, username):
        return 'keyboard-interactive' if MODE == 'interactive' else 'publickey,password'

    def check_auth_interactive(self, username, submethods):
        self.rounds = [('First the reef', 'Where are you?', [('Colour: ', True), ('Depth: ', True)], ['coral', '40']),
                       ('Then', '', [('Code: ', False)], ['hidden'])]
        return self.next_round()

    def next_round(self):
        if not self.rounds:
            return paramiko.AUTH_SUCCESSFUL
        name, words, prompts, self.answers = self.rounds.pop(0)
        return paramiko.InteractiveQuery(name, words, *prompts)

    def check_auth_interactive_response(self, responses):
        return self.next_round() if list(responses) == self.answers else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username, key):
        stall_if('stall-auth')
        with open(AUTHORIZED, encoding='utf-8') as file:
            known = [line.split()[1] for line in file]
        good = username == USER and key.get_base64() in known
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_password(self, username, password):
        stall_if('stall-auth')
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        stall_if('stall-open')
        return paramiko.OPEN_SUCCEEDED if kind == 'session' else paramiko.OPEN_FAILED_UNKNOWN_CHANNEL_TYPE

    def check_channel_exec_request(self, channel, command):
        stall_if('stall-exec')
        threading.Thread(target=run, args=(channel, command), daemon=True).start()
        return True


def feed(channel, child):
    while data := channel.recv(65536):
        child.stdin.write(data)
    child.stdin.close()


def copy(stream, send):
    while data := stream.read1(32768):
        send(data)


def send_exit_signal(channel):
    message = paramiko.Message()
    message.add_byte(bytes([98]))
    message.add_int(channel.remote_chanid)
    message.add_string('exit-signal')
    message.add_boolean(False)
    message.add_string('TERM')
    message.add_boolean(False)
    message.add_string('told to')
    message.add_string('')
    channel.transport._send_user_message(message)


def run(channel, command):
    child = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    jobs = [threading.Thread(target=feed, args=(channel, child), daemon=True),
            threading.Thread(target=copy, args=(child.stdout, channel.sendall)),
            threading.Thread(target=copy, args=(child.stderr, channel.sendall_stderr))]
    for job in jobs:
        job.start()
    for job in jobs[1:]:
        job.join()
    status = child.wait()
    if MODE == 'exit-signal':
        send_exit_signal(channel)
    elif MODE != 'no-exit-status':
        channel.send_exit_status(status)
    channel.close()


def serve(sock, key):
    transport = paramiko.Transport(sock)
    transport.add_server_key(key)
    transport.set_subsystem_handler('sftp', paramiko.SFTPServer, Files)
    try:
        transport.start_server(server=Desk(), event=threading.Event())
        transport.join()
        print(f'ended: {transport.remote_cipher} {transport.remote_mac}', flush=True)
    except (paramiko.SSHException, EOFError) as problem:
        print(f'problem: {problem}', flush=True)


def main():
    with open(HOST_KEY, encoding='utf-8') as file:
        kind = paramiko.Ed25519Key if 'ed25519' in HOST_KEY else paramiko.RSAKey
        key = kind.from_private_key(file)
    listener = socket.create_server(('127.0.0.1', 0))
    print(f'listening on {listener.getsockname()[1]}', flush=True)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock, key), daemon=True).start()


main()
