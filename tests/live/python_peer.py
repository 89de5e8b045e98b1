# Knows: where a Python is that has a package, and how our small peers written in it are started. Must not know: the peers.
import functools
import os
import subprocess
import sys

import place
import process
import tap


@functools.cache
def find(package):
    """A Python that can import the package: this one, or the system's, which packages of the distribution belong to."""
    for python in (sys.executable, '/usr/bin/python3', 'python3'):
        try:
            if subprocess.run([python, '-W', 'ignore', '-c', f'import {package}'], capture_output=True).returncode == 0:
                return python
        except OSError:
            continue
    return None


def argv(package, script, *arguments):
    python = tap.need(find(package), f'no Python here can import {package}')
    return [python, '-W', 'ignore', os.path.join(place.HERE, script), *map(str, arguments)]


class Server(process.Background):
    """A server script that says "listening on PORT"."""

    def __init__(self, package, script, *arguments):
        super().__init__(argv(package, script, *arguments))

    def __enter__(self):
        self.port = int(self.wait_for(r'listening on (\d+)')[1])
        return self


def run_client(package, script, *arguments):
    return process.run(argv(package, script, *arguments))
