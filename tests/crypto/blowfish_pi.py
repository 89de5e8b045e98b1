# Knows: the digits of pi, and that Blowfish's first state is 1042 words of them. Must not know: Blowfish.
# Without an argument it prints src/crypto/blowfish_pi.def; with that file as argument it is a test that compares.
import sys

import tap

WORDS = 18 + 4 * 256
GUARD = 64  # bits that absorb what the divisions cut off


def arctan_of_inverse(x, one):
    """one * arctan(1/x), by its power series."""
    term, total, n = one // x, 0, 1
    while term:
        total += term // n if n % 4 == 1 else -(term // n)
        term //= x * x
        n += 2
    return total


def words():
    """The first bits of pi behind the point, by Machin's formula."""
    bits = 32 * WORDS
    one = 1 << (bits + GUARD)
    pi = 4 * (4 * arctan_of_inverse(5, one) - arctan_of_inverse(239, one))
    fraction = (pi - 3 * one) >> GUARD
    return [fraction >> (bits - 32 * (i + 1)) & 0xffffffff for i in range(WORDS)]


def text():
    rows = words()
    lines = ['/* blowfish_pi: the first 33344 bits of pi behind the point, as 1042 words: Blowfish\'s 18 subkeys, then its four boxes',
             ' * of 256. Made by tests/crypto/blowfish_pi.py, which a test runs again. */']
    lines += [' '.join(f'0x{word:08x},' for word in rows[i:i + 8]) for i in range(0, WORDS, 8)]
    return '\n'.join(lines) + '\n'


def the_table_is_the_digits_of_pi():
    with open(TABLE, encoding='utf-8') as file:
        assert file.read() == text()


if len(sys.argv) < 2:
    sys.stdout.write(text())
else:
    TABLE = sys.argv.pop(1)
    tap.run([the_table_is_the_digits_of_pi])
