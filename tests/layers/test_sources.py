# Knows: what the source files of the house may include, and how they begin. Must not know: what they do.
import os
import re

import house
import tap

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
PUBLIC_ONLY = ['tools', 'examples', 'bench']
TABLE_OR_VECTORS = re.compile(r'\.def$')


def includes(path):
    return [(mark == '"', name) for mark, name in INCLUDE.findall(house.text(path))]


def folder_of(path):
    return path.split(os.sep)[1]


def headers():
    """Which folder of src each internal header is in."""
    found = {}
    for path in house.sources('src'):
        if path.endswith(('.h', '.def')):
            found.setdefault(os.path.basename(path), []).append(folder_of(path))
    return found


def no_include_climbs():
    climbing = [p for p in house.sources('src', 'include', 'tools', 'examples', 'bench', 'fuzz')
                if any('..' in name for _, name in includes(p))]
    assert not climbing, climbing


def internal_headers_have_one_home():
    twice = {name: homes for name, homes in headers().items() if len(homes) > 1}
    assert not twice, twice


def folders_include_only_themselves_and_those_below():
    homes, upwards = headers(), []
    for path in house.sources('src'):
        for quoted, name in includes(path):
            if quoted and not set(homes.get(name, ['nowhere'])) <= house.reach(folder_of(path)):
                upwards.append(f'{path} includes {name}')
    assert not upwards, '\n'.join(upwards)


def public_headers_include_only_public_ones():
    inner = [f'{p}: {n}' for p in house.sources('include') for quoted, n in includes(p) if quoted]
    assert not inner, inner


def tools_examples_and_bench_see_the_public_headers_only():
    inside = []
    for path in house.sources(*PUBLIC_ONLY):
        beside = os.listdir(os.path.join(house.ROOT, os.path.dirname(path)))
        inside += [f'{path}: {name}' for quoted, name in includes(path) if quoted and name not in beside]
    assert not inside, inside


def each_source_file_opens_with_a_comment():
    bare = [p for p in house.sources('src', 'include', 'tools', 'examples', 'bench', 'tests', 'fuzz')
            if not house.text(p).lstrip().startswith(('/*', '//'))]
    assert not bare, bare


def no_source_file_is_two():
    long = {p: n for p in house.sources('src', 'include', 'tools', 'examples', 'bench', 'fuzz')
            if not TABLE_OR_VECTORS.search(p) and (n := house.text(p).count('\n')) > 600}
    assert not long, long


tap.run([no_include_climbs, internal_headers_have_one_home, folders_include_only_themselves_and_those_below,
         public_headers_include_only_public_ones, tools_examples_and_bench_see_the_public_headers_only,
         each_source_file_opens_with_a_comment, no_source_file_is_two])
