# Knows: docs/errors.md as it was last written. Must not know: what any error is for.
import difflib
import os
import subprocess

import tap

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, '..', '..', 'docs', 'errors.md')


def the_page_about_errors_is_what_the_table_says():
    here = subprocess.run([os.environ['ERRORS_PRINT']], check=True, capture_output=True, text=True).stdout.splitlines()
    with open(PAGE, encoding='utf-8') as file:
        page = file.read().splitlines()
    diff = '\n'.join(difflib.unified_diff(page, here, 'docs/errors.md', 'errors.def', lineterm=''))
    assert not diff, f'./dev errors writes the page anew\n{diff}'


tap.run([the_page_about_errors_is_what_the_table_says])
