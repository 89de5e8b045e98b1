#!/usr/bin/env python3
"""Makes mlkem_acvp.txt from NIST's ACVP vectors for ML-KEM. Usage: from_acvp.py KEYGEN ENCAPDECAP

The arguments are the joined prompts and results of ML-KEM-keyGen-FIPS203 and ML-KEM-encapDecap-FIPS203 of
github.com/usnistgov/ACVP-Server (gen-val/json-files), as github.com/RustCrypto/KEMs keeps them in ml-kem/tests.
"""
import json
import pathlib
import sys

HEAD = """# NIST ACVP, github.com/usnistgov/ACVP-Server, gen-val/json-files/ML-KEM-keyGen-FIPS203 and ML-KEM-encapDecap-FIPS203, as
# github.com/RustCrypto/KEMs keeps them at aaf3426f484071033ecd34ec34167ceed0302517; public domain; by from_acvp.py.
# keygen: number, d, z, encapsulation key, decapsulation key; encaps: number, encapsulation key, m, ciphertext, secret;
# decaps: number, decapsulation key, ciphertext, secret (half of them implicitly rejected)
"""
MOST = 12


def groups(path):
    return [g for g in json.loads(pathlib.Path(path).read_text())["testGroups"] if g["parameterSet"] == "ML-KEM-768"]


def lines(keygen, encap_decap):
    for g in groups(keygen):
        yield from ([["keygen", str(t["tcId"]), t["d"], t["z"], t["ek"], t["dk"]] for t in g["tests"]][:MOST])
    for g in groups(encap_decap):
        if g["function"] == "encapsulation":
            yield from ([["encaps", str(t["tcId"]), t["ek"], t["m"], t["c"], t["k"]] for t in g["tests"]][:MOST])
        else:
            yield from ([["decaps", str(t["tcId"]), g["dk"], t["c"], t["k"]] for t in g["tests"]][:MOST])


with open(pathlib.Path(__file__).parent / "mlkem_acvp.txt", "w", encoding="ascii") as out:
    out.write(HEAD)
    for line in lines(*sys.argv[1:]):
        out.write(" ".join(line).lower() + "\n")
