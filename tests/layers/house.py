# Knows: the folders of src and which lies above which. Must not know: what is in them.
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

BELOW = {
    'base': [],
    'wire': ['base'],
    'crypto': ['base'],
    'keys': ['wire', 'crypto'],
    'config': ['keys'],
    'transport': ['keys'],
    'auth': ['keys'],
    'channel': ['wire'],
    'sftp': ['wire', 'crypto'],
    'conn': ['transport', 'auth', 'channel'],
    'io': ['conn', 'sftp'],
    'client': ['io', 'config'],
    'server': ['io', 'config'],
}
WITHOUT_IO = ['base', 'wire', 'crypto', 'keys', 'config', 'transport', 'auth', 'channel', 'sftp', 'conn']


def reach(folder):
    """The folder and all that lie below it."""
    found = {folder}
    for lower in BELOW[folder]:
        found |= reach(lower)
    return found


def sources(*tops):
    """Every C file below the folders `tops` of the repository, as a path relative to it."""
    for top in tops:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith(('.c', '.h', '.def')):
                    yield os.path.relpath(os.path.join(folder, name), ROOT)


def text(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()
