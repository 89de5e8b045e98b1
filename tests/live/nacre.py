# Knows: the command line of tools/nacre. Must not know: the peers.
import os

import place
import process

BUILD = os.environ['NACRE_BUILD']
TOOL = os.path.join(BUILD, 'tools', 'nacre')


def argv(port, *command, key=None, known=None, user=place.USER, options=(), flags=()):
    words = [TOOL, 'exec', '-F', 'none', '-p', str(port), '-l', user, *flags]
    words += ['-i', key] if key else []
    settings = [f'UserKnownHostsFile={known or "/dev/null"}', 'GlobalKnownHostsFile=/dev/null', *options]
    for setting in settings:
        words += ['-o', setting]
    return words + ['127.0.0.1', *command]


def run(port, *command, input=b'', **how):
    """nacre exec to its end: stdout is bytes, stderr text."""
    return process.run(argv(port, *command, **how), input=input)


def run_with_terminal(port, *command, answers, **how):
    return process.run_with_terminal(argv(port, *command, **how), answers)


class Server(process.Background):
    """nacre serve on a free port."""

    def __init__(self, host_keys, authorized=None, shell=True, password=None, flags=()):
        words = [TOOL, 'serve', '-p', '0', *flags]
        for key in host_keys:
            words += ['-h', key]
        words += ['--authorized-keys', authorized] if authorized else []
        words += ['--shell'] if shell else []
        fds = ()
        if password is not None:
            reader, writer = os.pipe()
            os.write(writer, password.encode())
            os.close(writer)
            words += ['--user', place.USER, '--password-fd', str(reader)]
            fds = (reader,)
        super().__init__(words, pass_fds=fds)
        for fd in fds:
            os.close(fd)

    def __enter__(self):
        self.port = int(self.wait_for(r'listening on .*:(\d+)')[1])
        return self
