#!/usr/bin/env python3
"""Makes the *.txt files of this folder from Wycheproof's JSON. Usage: from_wycheproof.py FOLDER COMMIT

FOLDER holds testvectors_v1 of github.com/C2SP/wycheproof, at COMMIT. A line is a verb and hexadecimal fields ("-" is an
empty one): `key` sets what the lines below it are checked with, `good` and `bad` are cases, after the number of the case.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent


def hexed(text):
    return text or "-"


def magnitude(text):
    return text.lstrip("0").zfill(2) if len(text.lstrip("0")) % 2 == 0 else "0" + text.lstrip("0")


def verdict(test):
    return "good" if test["result"] == "valid" else "bad"


def agreement(group):
    """A shared secret of zero is refused by RFC 8731 3; what else is "acceptable" has to work."""
    for t in group["tests"]:
        word = "bad" if "ZeroSharedSecret" in t["flags"] else "good"
        yield [word, str(t["tcId"]), t["private"], t["public"], t["shared"]]


def point_agreement(scalar_len, per_flag=8):
    """The first few of each kind. Compressed points and other lengths than SSH's are "bad": RFC 5656 4 lets us refuse them."""
    def lines(group):
        seen = {}
        for t in group["tests"]:
            kind = (tuple(t["flags"]), t["result"])
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > per_flag or (t["result"] == "invalid" and not t["public"]):
                continue
            is_plain = len(t["public"]) == 2 + 4 * scalar_len and t["public"].startswith("04")
            word = verdict(t) if is_plain else "bad"
            private = t["private"].lstrip("0").zfill(2 * scalar_len)
            yield [word, str(t["tcId"]), private, t["public"], hexed(t["shared"])]
    return lines


def signatures(key):
    def lines(group):
        yield ["key"] + key(group)
        for t in group["tests"]:
            yield [verdict(t), str(t["tcId"]), hexed(t["msg"]), hexed(t["sig"])]
    return lines


def aead(group):
    """SSH has 96-bit nonces, keys of 128 and 256 bits."""
    if group["ivSize"] != 96 or group["keySize"] == 192:
        return
    for t in group["tests"]:
        yield [verdict(t), str(t["tcId"]), t["key"], t["iv"], hexed(t["aad"]), hexed(t["msg"]), hexed(t["ct"]), t["tag"]]


def mac(bits):
    """Whole tags only, keys no longer than SSH's, and messages that begin with room for a sequence number."""
    def lines(group):
        if group["keySize"] > bits or group["tagSize"] != bits:
            return
        for t in group["tests"]:
            if len(t["msg"]) >= 8:
                yield [verdict(t), str(t["tcId"]), t["key"], t["msg"], t["tag"]]
    return lines


def ed25519_key(group):
    return [group["publicKey"]["pk"]]


def ecdsa_key(group):
    return [group["publicKey"]["uncompressed"]]


def rsa_key(group):
    return [magnitude(group["publicKey"]["modulus"]), magnitude(group["publicKey"]["publicExponent"])]


ROUND_3 = "based on official round 3"


def encaps(group):
    """The lengths are fixed here; of the many alike, every twelfth."""
    for t in group["tests"]:
        alike = "not reduced" in t.get("comment", "") or ROUND_3 in t.get("comment", "")
        if len(t["ek"]) == 2 * 1184 and (not alike or t["tcId"] % 12 == 0):
            yield [verdict(t), str(t["tcId"]), t["ek"], t["m"], hexed(t["c"]), hexed(t["K"])]


def decaps_of_seed(group):
    for t in group["tests"]:
        if t["result"] == "valid" and (ROUND_3 not in t.get("comment", "") or t["tcId"] % 12 == 0):
            yield ["good", str(t["tcId"]), t["seed"], t["c"], t["K"]]


def decaps(group):
    for t in group["tests"]:
        if len(t["dk"]) == 2 * 2400 and len(t["c"]) == 2 * 1088:
            yield [verdict(t), str(t["tcId"]), t["dk"], t["c"], hexed(t.get("K", ""))]


def mldsa(key, first, per_flag):
    """The first few of each kind; keys of other lengths are no keys here, and internal interfaces not ours."""
    def lines(group):
        key_word = [first] + key(group)
        seen = lines.seen
        for t in group["tests"]:
            kind = (tuple(t["flags"]), t["result"])
            seen[kind] = seen.get(kind, 0) + 1
            if seen[kind] > per_flag or "Internal" in t["flags"] or "Randomized" in t["flags"] or "msg" not in t:
                continue
            if any("KeyLength" in flag for flag in t["flags"]):
                continue
            if key_word:
                yield key_word
                key_word = None
            yield [verdict(t), str(t["tcId"]), hexed(t["msg"]), hexed(t.get("ctx", "")), hexed(t["sig"])]
    lines.seen = {}
    return lines


FILES = {
    "mldsa44_verify": ("mldsa_44_verify_test.json", mldsa(lambda g: [g["publicKey"]], "key", 6),
                       "key: public; case: number, message, context, signature"),
    "mldsa44_sign": ("mldsa_44_sign_seed_test.json", mldsa(lambda g: [g["privateSeed"], g["publicKey"]], "seed", 8),
                     "seed: private seed, public; case: number, message, context, deterministic signature"),
    "x25519": ("x25519_test.json", agreement, "case: number, private, public, shared"),
    "ecdh_p256": ("ecdh_secp256r1_ecpoint_test.json", point_agreement(32), "case: number, private, public, shared"),
    "ecdh_p384": ("ecdh_secp384r1_ecpoint_test.json", point_agreement(48), "case: number, private, public, shared"),
    "ecdh_p521": ("ecdh_secp521r1_ecpoint_test.json", point_agreement(66), "case: number, private, public, shared"),
    "ed25519": ("ed25519_test.json", signatures(ed25519_key), "key: public; case: number, message, signature"),
    "ecdsa_p256": ("ecdsa_secp256r1_sha256_p1363_test.json", signatures(ecdsa_key), "key: point; case: number, message, r || s"),
    "ecdsa_p384": ("ecdsa_secp384r1_sha384_p1363_test.json", signatures(ecdsa_key), "key: point; case: number, message, r || s"),
    "ecdsa_p521": ("ecdsa_secp521r1_sha512_p1363_test.json", signatures(ecdsa_key), "key: point; case: number, message, r || s"),
    "aes_gcm": ("aes_gcm_test.json", aead, "case: number, key, nonce, additional data, plaintext, ciphertext, tag"),
    "chacha20_poly1305": ("chacha20_poly1305_test.json", aead, "case: number, key, nonce, additional data, plaintext, ciphertext, tag"),
    "hmac_sha256": ("hmac_sha256_test.json", mac(256), "case: number, key, message, tag"),
    "hmac_sha512": ("hmac_sha512_test.json", mac(512), "case: number, key, message, tag"),
    "mlkem_encaps": ("mlkem_768_encaps_test.json", encaps, "case: number, encapsulation key, m, ciphertext, secret"),
    "mlkem_decaps_of_seed": ("mlkem_768_test.json", decaps_of_seed, "case: number, d || z, ciphertext, secret"),
    "mlkem_decaps": ("mlkem_768_semi_expanded_decaps_test.json", decaps, "case: number, decapsulation key, ciphertext, secret"),
}
for bits in 2048, 3072, 4096:
    for sha in "sha256", "sha512":
        FILES[f"rsa_{bits}_{sha}"] = (f"rsa_signature_{bits}_{sha}_test.json", signatures(rsa_key),
                                      "key: n, e; case: number, message, signature")


def main(folder, commit):
    for name, (source, lines, fields) in FILES.items():
        groups = json.loads((pathlib.Path(folder) / source).read_text())["testGroups"]
        with open(HERE / f"{name}.txt", "w", encoding="ascii") as out:
            out.write(f"# Project Wycheproof, github.com/C2SP/wycheproof at {commit},\n"
                      f"# testvectors_v1/{source}, Apache License 2.0; by from_wycheproof.py.\n# {fields}\n")
            for group in groups:
                for line in lines(group):
                    out.write(" ".join(line) + "\n")


main(*sys.argv[1:])
