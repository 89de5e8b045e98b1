#!/usr/bin/env python3
"""Makes packets.txt: sealed packets for every cipher with every MAC, computed by OpenSSL (through Python's `cryptography`),
and Nettle (UMAC), which share no code with what is tested. The drafts' and RFCs' text is followed step by step, nothing is
fast."""
import functools
import hashlib
import hmac
import pathlib
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:
    TripleDES = algorithms.TripleDES
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.poly1305 import Poly1305

import nettle

# name, function, key and tag lengths
MACS = [("hmac-sha2-512-etm@openssh.com", "sha512", 64, 64), ("hmac-sha2-256-etm@openssh.com", "sha256", 32, 32),
        ("umac-128-etm@openssh.com", "umac", 16, 16), ("hmac-sha2-256", "sha256", 32, 32),
        ("hmac-sha2-512", "sha512", 64, 64), ("umac-128@openssh.com", "umac", 16, 16),
        ("umac-64-etm@openssh.com", "umac", 16, 8), ("umac-64@openssh.com", "umac", 16, 8),
        ("hmac-sha1-etm@openssh.com", "sha1", 20, 20), ("hmac-sha1", "sha1", 20, 20),
        ("hmac-sha1-96-etm@openssh.com", "sha1", 20, 12), ("hmac-sha1-96", "sha1", 20, 12),
        ("hmac-md5-etm@openssh.com", "md5", 16, 16), ("hmac-md5", "md5", 16, 16),
        ("hmac-md5-96-etm@openssh.com", "md5", 16, 12), ("hmac-md5-96", "md5", 16, 12)]
PAYLOADS = [(0, 1), (1, 100), (0xFFFFFFFF, 300)]


def stream(label, n):
    """n bytes that anybody can make again."""
    return hashlib.shake_256(label.encode()).digest(n)


def packet(seed, payload_len, block, apart):
    """RFC 4253 6; where packet_length stands apart it is not part of the multiple."""
    head = 1 if apart else 5
    pad = block - (head + payload_len) % block
    pad += block if pad < 4 else 0
    body = bytes([pad]) + stream(seed, payload_len + pad)
    return struct.pack(">I", len(body)) + body


def cbc(key, iv):
    algorithm = TripleDES(key) if len(iv) == 8 else algorithms.AES(key)
    return Cipher(algorithm, modes.CBC(iv)).encryptor()


def ctr(key, iv):
    return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor()


def mac_of(function, tag_len, key, seq, text):
    """The sequence number is hashed before the text, or is UMAC's nonce (draft-miller-secsh-umac-01 4)."""
    if function == "umac":
        return nettle.umac(tag_len, key, struct.pack(">Q", seq), text)
    return hmac.digest(key, struct.pack(">I", seq) + text, function)[:tag_len]


def seal_etm(encryptor, mac, seq, plain):
    sealed = plain[:4] + encryptor.update(plain[4:])
    return sealed + mac(seq, sealed)


def seal_eam(encryptor, mac, seq, plain):
    return encryptor.update(plain) + mac(seq, plain)


def gcm(key, iv):
    """RFC 5647 7.1: the last eight bytes count, big-endian, and wrap without touching the first four."""
    count = int.from_bytes(iv[4:], "big")

    def seal(_seq, plain):
        nonlocal count
        nonce = iv[:4] + count.to_bytes(8, "big")
        count = (count + 1) % 2**64
        return plain[:4] + AESGCM(key).encrypt(nonce, plain[4:], plain[:4])
    return seal


def chacha(key):
    """OpenSSL's 16 bytes are the 64-bit little-endian block counter, then the 64-bit nonce."""
    def crypt(half, seq, counter, text):
        nonce = struct.pack("<Q", counter) + struct.pack(">Q", seq)
        return Cipher(algorithms.ChaCha20(half, nonce), mode=None).encryptor().update(text)

    def seal(seq, plain):
        sealed = crypt(key[32:], seq, 0, plain[:4]) + crypt(key[:32], seq, 1, plain[4:])
        return sealed + Poly1305.generate_tag(crypt(key[:32], seq, 0, bytes(32)), sealed)
    return seal


def write(out, cipher, mac, key, iv, mac_key, block, apart, seal):
    out.write(f"suite {cipher} {mac} {key.hex()} {iv.hex() or '-'} {mac_key.hex() or '-'}\n")
    for seq, payload_len in PAYLOADS:
        plain = packet(f"{cipher} {mac} {seq}", payload_len, block, apart)
        out.write(f"packet {seq} {plain.hex()} {seal(seq, plain).hex()}\n")


def write_stream(out, name, key_len, block, mode, mac, function, mac_key_len, tag_len):
    key, iv = stream(name + " key", key_len), stream(name + " iv", block)
    mac_key = stream(mac + " key", mac_key_len)
    apart = "-etm" in mac
    encryptor, how = mode(key, iv), seal_etm if apart else seal_eam
    check = functools.partial(mac_of, function, tag_len, mac_key)
    write(out, name, mac, key, iv, mac_key, block, apart, lambda seq, plain: how(encryptor, check, seq, plain))


def main():
    with open(pathlib.Path(__file__).parent / "packets.txt", "w", encoding="ascii") as out:
        out.write("# Packets before and after sealing, by make_packets.py (OpenSSL, Nettle).\n"
                  "# suite: cipher, MAC, key, IV, MAC key; packet: sequence number, plain, sealed\n")
        for bits in 256, 128:
            name = f"aes{bits}-gcm@openssh.com"
            for iv in stream(name + " iv", 12), stream(name + " iv", 4) + b"\xff" * 8:
                key = stream(name + " key", bits // 8)
                write(out, name, "-", key, iv, b"", 16, True, gcm(key, iv))
        key = stream("chacha20 key", 64)
        write(out, "chacha20-poly1305@openssh.com", "-", key, b"", b"", 8, True, chacha(key))
        for bits in 256, 192, 128:
            for mac in MACS:
                write_stream(out, f"aes{bits}-ctr", bits // 8, 16, ctr, *mac)
        for bits in 256, 192, 128:
            for mac in MACS:
                write_stream(out, f"aes{bits}-cbc", bits // 8, 16, cbc, *mac)
        for mac in MACS:
            write_stream(out, "3des-cbc", 24, 8, cbc, *mac)


main()
