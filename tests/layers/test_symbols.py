# Knows: nm, and which outside functions the floors below src/io may call. Must not know: why they call them.
# An archive without a name like `read` or `time` among its undefined symbols does no I/O and looks at no clock.
# usage: test_symbols.py BUILD_ROOT [TEST]...
import os
import re
import subprocess
import sys

import house
import tap

BUILD = sys.argv.pop(1)

LIBC = set('''
    memcpy memmove memset memcmp memchr strlen strcmp strncmp strchr strrchr strstr strnlen snprintf vsnprintf qsort
    strcspn strspn strpbrk strncasecmp strcasecmp strtol strtoul strtoull __assert_fail
    __memcpy_chk __memmove_chk __memset_chk __snprintf_chk __vsnprintf_chk __strcpy_chk __strcat_chk __stack_chk_fail
    __ctype_b_loc __ctype_tolower_loc bcmp __isoc99_sscanf __explicit_bzero_chk explicit_bzero
    _GLOBAL_OFFSET_TABLE_ __tls_get_addr'''.split())
# malloc and randombytes_buf belong to the default environment, in src/io. sodium_init does nothing once that has called it;
# locked memory needs it, whatever environment is given.
SODIUM = re.compile(r'crypto_\w+|sodium_(init|memzero|memcmp|is_zero|malloc|free|mprotect_\w+|increment|add|sub|compare'
                    r'|bin2hex|hex2bin|bin2base64|base642bin|base64_encoded_len|mlock|munlock)')
MBED = re.compile(r'mbedtls_(?!net_|timing_|.*_file$|entropy_|platform_entropy)\w+')
ZLIB = re.compile(r'(deflate|inflate)\w*')
SANITIZER = re.compile(r'__(asan|ubsan|sanitizer|lsan|tsan|sancov|gcov)_\w+|__start_\w+|__stop_\w+')


def symbols(path):
    """The names that an archive defines for others, and those that it takes from others."""
    lines = subprocess.run(['nm', '-A', path], check=True, capture_output=True, text=True).stdout.splitlines()
    kinds = [line.split()[-2:] for line in lines]
    defined = {name for kind, name in kinds if kind in 'TDBRVWC'}
    return defined, {name for kind, name in kinds if kind in 'Uw'} - defined


def archive(folder):
    return os.path.join(BUILD, 'src', folder, f'lib{folder}.a')


def outside_is_allowed(name):
    return name in LIBC or any(p.fullmatch(name) for p in (SODIUM, MBED, ZLIB, SANITIZER))


def calls_only_itself_those_below_and_pure_functions(folder):
    inside = set().union(*(symbols(archive(lower))[0] for lower in house.reach(folder)))
    strange = sorted(n for n in symbols(archive(folder))[1] if n not in inside and not outside_is_allowed(n))
    assert not strange, f'{folder} calls {", ".join(strange)}'


def the_allow_list_refuses_what_does_io():
    for name in ('read', 'write', 'open', 'socket', 'time', 'clock_gettime', 'getenv', 'malloc', 'exit', 'abort', 'printf',
                 'stdout', 'pthread_create', 'randombytes_buf', 'mbedtls_pk_parse_keyfile_file', 'mbedtls_net_send'):
        assert not outside_is_allowed(name), name


def no_folder_has_variables_that_change():
    """Const tables are in read-only sections; anything in .data or .bss is state that connections would share."""
    for folder in house.WITHOUT_IO:
        out = subprocess.run(['size', '-A', archive(folder)], check=True, capture_output=True, text=True).stdout
        sizes = [line.split() for line in out.splitlines() if line.startswith(('.data ', '.bss ', '.tdata ', '.tbss '))]
        assert all(int(size[1]) == 0 for size in sizes), f'{folder}: {sizes}'


def is_sanitized():
    return any(SANITIZER.fullmatch(name) for name in symbols(archive('base'))[1])


def the_shared_object_exports_only_its_prefix():
    out = subprocess.run(['nm', '-D', '--defined-only', os.path.join(BUILD, 'src', 'libnacre.so')],
                         check=True, capture_output=True, text=True).stdout
    names = [line.split()[-1].split('@')[0] for line in out.splitlines()]
    assert 'nacre_conn_new' in names
    strange = [n for n in names if not n.startswith('nacre_') and not SANITIZER.match(n) and not n.startswith('__odr_asan')]
    assert not strange, f'exported: {strange}'


def the_static_archive_exports_only_its_prefix():
    defined, _ = symbols(os.path.join(BUILD, 'src', 'libnacre.a'))
    assert 'nacre_conn_new' in defined
    strange = [n for n in defined if not n.startswith('nacre_') and not SANITIZER.match(n) and not n.startswith('__odr_asan')]
    assert not strange, f'exported: {sorted(strange)}'


def the_shared_object_has_its_soname():
    out = subprocess.run(['readelf', '-d', os.path.join(BUILD, 'src', 'libnacre.so')], check=True, capture_output=True,
                         text=True).stdout
    assert 'libnacre.so.0]' in out


tests = [(f'{folder} calls only itself, those below and pure functions',
          lambda folder=folder: calls_only_itself_those_below_and_pure_functions(folder)) for folder in house.WITHOUT_IO]
tests += [the_allow_list_refuses_what_does_io, the_shared_object_exports_only_its_prefix,
          the_static_archive_exports_only_its_prefix, the_shared_object_has_its_soname]
if not is_sanitized():  # AddressSanitizer keeps notes of its own beside each constant
    tests.append(no_folder_has_variables_that_change)
tap.run(tests)
