# Knows: Dropbear's programs, and how to keep them away from the real home: Dropbear reads keys there and nowhere else.
# Must not know: what connects to them.
# In a mount namespace of its own a throwaway directory lies over the home directory.
import functools
import os
import subprocess

import place
import process
import tap

COVER = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'


@functools.cache
def namespace():
    """The words that start a program with a throwaway home, or None where that is not permitted."""
    home = place.path('home')
    os.makedirs(os.path.join(home, '.ssh'), 0o700, exist_ok=True)
    words = ['unshare', '-m'] if os.geteuid() == 0 else ['unshare', '-Urm']
    words += ['sh', '-c', COVER, 'sh', home, '/root' if os.geteuid() != 0 else place.HOME]
    try:
        return words if subprocess.run(words + ['true'], capture_output=True).returncode == 0 else None
    except OSError:
        return None


def covered(argv):
    if namespace() is None:
        raise tap.NotHere('no mount namespace is permitted, and the real ~/.ssh is not touched')
    return namespace() + argv


def host_key(kind, bits=None):
    """A throwaway key in Dropbear's own format, made once; its public half is beside it."""
    file = place.path(f'dropbear-{kind}{bits or ""}')
    if os.path.exists(file):
        return file
    subprocess.run([place.program('dropbearkey'), '-t', kind, '-f', file] + (['-s', str(bits)] if bits else []), check=True,
                   capture_output=True)
    text = subprocess.run([place.program('dropbearkey'), '-y', '-f', file], check=True, capture_output=True, text=True).stdout
    with open(file + '.pub', 'w', encoding='utf-8') as pub:
        pub.write(next(line for line in text.splitlines() if line.split()[:1] and ' AAAA' in line) + '\n')
    return file


class Server(process.Background):
    def __init__(self, keys, authorized):
        self.port = place.free_port()
        argv = [place.program('dropbear'), '-F', '-E', '-p', f'127.0.0.1:{self.port}', '-P', place.path('dropbear.pid')]
        for key in keys:
            argv += ['-r', key]
        argv = covered(argv)
        with open(authorized, encoding='utf-8') as file:
            place.write('home/.ssh/authorized_keys', file.read())
        os.chmod(place.path('home'), 0o700)
        super().__init__(argv)

    def __enter__(self):
        self.wait_for('Not backgrounding')
        return self


def client_argv(port, key, *command, options=()):
    argv = [place.program('dbclient'), '-y', '-y', '-i', key, '-p', str(port), *options, f'{place.USER}@127.0.0.1', *command]
    return (namespace() or []) + argv


def client(port, key, *command, input=b'', options=()):
    return process.run(client_argv(port, key, *command, options=options), input=input)
