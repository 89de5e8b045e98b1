#!/usr/bin/env python3
"""Prints dh.txt: Diffie-Hellman in the fixed groups, computed by Python's own integers from exponents that a hash counts
out. The primes come from RFC 2409 6.2's and RFC 3526's formula: 2^n - 2^(n-64) - 1 + 2^64 * (floor(2^(n-130) * pi) + c).
"""
import hashlib

GROUPS = {1: (1024, 129093), 14: (2048, 124476), 15: (3072, 1690314), 16: (4096, 240904), 17: (6144, 929484),
          18: (8192, 4743158)}


def arctan_of_inverse(x, one):
    power, total, n = one // x, one // x, 1
    while power:
        power //= -x * x
        n += 2
        total += power // n
    return total


def floor_of_pi(bits):
    one = 1 << (bits + 64)
    return (4 * (4 * arctan_of_inverse(5, one) - arctan_of_inverse(239, one))) >> 64


def prime(n, c):
    return 2**n - 2**(n - 64) - 1 + 2**64 * (floor_of_pi(n - 130) + c)


def exponent(text):
    return int.from_bytes(hashlib.sha512(text.encode()).digest(), 'big') | 1 << 511


print('# By make_dh.py.\n# group, p, x, y, 2^x, 2^y, 2^xy')
for number, (n, c) in GROUPS.items():
    p, x, y = prime(n, c), exponent(f'x{number}'), exponent(f'y{number}')
    values = [pow(2, x, p), pow(2, y, p), pow(2, x * y, p)]
    print(number, f'{p:0{n // 4}x}', f'{x:x}', f'{y:x}', *(f'{v:0{n // 4}x}' for v in values))
