#!/usr/bin/env python3
"""Makes mlkem_acvp.txt and mldsa44_acvp.txt from NIST's ACVP vectors. Usage: from_acvp.py FOLDER

FOLDER is gen-val/json-files of github.com/usnistgov/ACVP-Server, release 1.1.0.43.
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
DSA_HEAD = """# NIST ACVP, github.com/usnistgov/ACVP-Server release 1.1.0.43, gen-val/json-files/ML-DSA-keyGen-FIPS204 and
# ML-DSA-sigVer-FIPS204, rows of ML-DSA-44 (pure, with a context); public domain; by from_acvp.py.
# keygen: number, seed, public key; good, bad: number, public key, message, context, signature
"""
MOST = 12


def groups(folder, name, file="internalProjection", parameters="ML-KEM-768"):
    found = json.loads((pathlib.Path(folder) / name / f"{file}.json").read_text())["testGroups"]
    return [g for g in found if g.get("parameterSet") in (parameters, None)]


def checks(name, field):
    return lambda t: [name + ("-good" if t["testPassed"] else "-bad"), str(t["tcId"]), t[field]]


SHAPES = {
    ("encapsulation", "none"): lambda t: ["encaps", str(t["tcId"]), t["ek"], t["m"], t["c"], t["k"]],
    ("decapsulation", "expanded"): lambda t: ["decaps", str(t["tcId"]), t["dk"], t["c"], t["k"]],
    ("decapsulation", "seed"): lambda t: ["seeded", str(t["tcId"]), t["d"] + t["z"], t["c"], t["k"]],
    ("encapsulationKeyCheck", "none"): checks("ek", "ek"),
    ("decapsulationKeyCheck", "none"): checks("dk", "dk"),
}


def kem(folder):
    for g in groups(folder, "ML-KEM-keyGen-FIPS203"):
        yield from ([["keygen", str(t["tcId"]), t["d"], t["z"], t["ek"], t["dk"]] for t in g["tests"]][:MOST])
    for g in groups(folder, "ML-KEM-encapDecap-FIPS203"):
        yield from ([SHAPES[g["function"], g["keyFormat"]](t) for t in g["tests"]][:MOST])


def dsa(folder):
    for g in groups(folder, "ML-DSA-keyGen-FIPS204", parameters="ML-DSA-44"):
        yield from ([["keygen", str(t["tcId"]), t["seed"], t["pk"]] for t in g["tests"]][:MOST])
    passed = {t["tcId"]: t["testPassed"] for g in groups(folder, "ML-DSA-sigVer-FIPS204", "expectedResults") for t in g["tests"]}
    for g in groups(folder, "ML-DSA-sigVer-FIPS204", "prompt", "ML-DSA-44"):
        if g.get("preHash") == "pure":
            for t in g["tests"][:MOST]:
                yield ["good" if passed[t["tcId"]] else "bad", str(t["tcId"]), t["pk"], t["message"] or "-",
                       t["context"] or "-", t["signature"]]


for name, head, lines in ("mlkem_acvp", HEAD, kem), ("mldsa44_acvp", DSA_HEAD, dsa):
    with open(pathlib.Path(__file__).parent / f"{name}.txt", "w", encoding="ascii") as out:
        out.write(head)
        for line in lines(sys.argv[1]):
            out.write(" ".join(line).lower() + "\n")
