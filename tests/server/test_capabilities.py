# Knows: the list of algorithms as it was last agreed on. Must not know: what they do.
# The set is the same on every build; only rows that need an optional library may be missing where that is.
import difflib
import os
import subprocess

import tap

TOOL = os.environ['NACRE_TOOL']
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'capabilities.golden')
OPTIONAL = '(needs '


def listed():
    return subprocess.run([TOOL, 'capabilities'], check=True, capture_output=True, text=True).stdout.splitlines()


def golden():
    with open(GOLDEN, encoding='utf-8') as file:
        return file.read().splitlines()


def the_algorithms_are_those_of_the_golden_file():
    here = listed()
    want = [row for row in golden() if row in here or OPTIONAL not in row]
    diff = '\n'.join(difflib.unified_diff(want, here, 'capabilities.golden', 'this build', lineterm=''))
    assert not diff, f'./dev capabilities writes the file anew\n{diff}'


def every_preset_has_something_of_every_kind():
    for kind in ('kex', 'host key', 'pubkey', 'cipher', 'mac', 'compression'):
        rows = [row for row in listed() if row.startswith(kind)]
        for preset in ('default', 'legacy', 'strict'):
            assert any(preset in row.split('  ') for row in rows), (kind, preset)


if __name__ == '__main__':
    tap.run([the_algorithms_are_those_of_the_golden_file, every_preset_has_something_of_every_kind])
