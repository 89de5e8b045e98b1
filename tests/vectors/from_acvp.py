#!/usr/bin/env python3
"""Makes mlkem_acvp.txt from NIST's ACVP vectors for ML-KEM. Usage: from_acvp.py KEYGEN ENCAPDECAP

The arguments are the files internalProjection.json of ML-KEM-keyGen-FIPS203 and ML-KEM-encapDecap-FIPS203 of
github.com/usnistgov/ACVP-Server (gen-val/json-files), release 1.1.0.43.
"""
import json
import pathlib
import sys

HEAD = """# NIST ACVP, github.com/usnistgov/ACVP-Server release 1.1.0.43, gen-val/json-files/ML-KEM-keyGen-FIPS203 and
# ML-KEM-encapDecap-FIPS203, the rows of ML-KEM-768; public domain; by from_acvp.py.
# keygen: number, d, z, encapsulation key, decapsulation key; encaps: number, encapsulation key, m, ciphertext, secret;
# decaps: number, decapsulation key, ciphertext, secret (half of them implicitly rejected); seeded: number, d and z,
# ciphertext, secret (the same); ek-good, ek-bad: number, encapsulation key; dk-good, dk-bad: number, decapsulation key
"""
MOST = 12


def groups(path):
    return [g for g in json.loads(pathlib.Path(path).read_text())["testGroups"] if g["parameterSet"] == "ML-KEM-768"]


def checks(name, field):
    return lambda t: [name + ("-good" if t["testPassed"] else "-bad"), str(t["tcId"]), t[field]]


SHAPES = {
    ("encapsulation", "none"): lambda t: ["encaps", str(t["tcId"]), t["ek"], t["m"], t["c"], t["k"]],
    ("decapsulation", "expanded"): lambda t: ["decaps", str(t["tcId"]), t["dk"], t["c"], t["k"]],
    ("decapsulation", "seed"): lambda t: ["seeded", str(t["tcId"]), t["d"] + t["z"], t["c"], t["k"]],
    ("encapsulationKeyCheck", "none"): checks("ek", "ek"),
    ("decapsulationKeyCheck", "none"): checks("dk", "dk"),
}


def lines(keygen, encap_decap):
    for g in groups(keygen):
        yield from ([["keygen", str(t["tcId"]), t["d"], t["z"], t["ek"], t["dk"]] for t in g["tests"]][:MOST])
    for g in groups(encap_decap):
        yield from ([SHAPES[g["function"], g["keyFormat"]](t) for t in g["tests"]][:MOST])


with open(pathlib.Path(__file__).parent / "mlkem_acvp.txt", "w", encoding="ascii") as out:
    out.write(HEAD)
    for line in lines(*sys.argv[1:]):
        out.write(" ".join(line).lower() + "\n")
