#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lines of 16 MiB that were made to cost time: CPU seconds of `clawtrail redact` for each.

The same bytes on every machine. Every secret is made here, at run time. The time of an empty input (loading and
compiling the rules) is taken off. Prints a table; --check fails if a line takes longer than a second.
"""
import argparse
import base64
import json
import os
import random
import subprocess
import sys
import tempfile

LINE_BYTES = 16 << 20


def fill(unit, size):
    return (unit * (size // len(unit) + 1))[:size]


def made(rng, letters, size):
    return "".join(rng.choices(letters, k=size))


LOWER = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
MIXED = LOWER + LOWER.upper() + DIGITS


def unit_lines():
    """Name -> what is repeated, as it stands in the line."""
    return {
        "quotes": '"',
        "single quotes": "'",
        "alternating quotes": "\"'`",
        "backslashes": "\\\\",
        "\\u0041": "\\u0041",
        "\\n": "\\n",
        "\\/": "\\/",
        "token=": "token=",
        "token = ": "token = ",
        "password: ": "password: ",
        "password is ": "password is ",
        "key names": "api_key access-key ",
        "sk-ant-": "sk-" + "ant-",
        "eyJ": "eyJ",
        "eyJ.": "ey" + "JhbGciOi.",
        "://": "://",
        "://a:": "://a:",
        "://a:b@": "://a:b@",
        "@": "@",
        "%41": "%41",
        "%": "%",
        "&": "&",
        "&#x41;": "&#x41;",
        "&quot;": "&quot;",
        "widthless": "\u200b",
        "[": "[",
        "{": "{",
        "PEM begin": "-----BEGIN PRIVATE KEY-----",
        "PEM begin, end": "-----BEGIN PRIVATE KEY----- -----END PRIVATE KEY----- ",
        "PuTTY": "PuTTY-User-Key-File-3: ",
        "issuer words": "asana key ",
        "issuer, number": "asana key 12 ",
        "cookies": "Cookie: a=bcdefg; ",
        "Authorization": "Authorization: Basic ",
        "Bearer": "bearer ",
        "--key": "--key ",
        "masks of the gateway": "abcdef\u2026wxyz ",
        "***": "*** ",
        "[REDACTED]": "[REDACTED]",
        "password=[REDACTED]": "password=[REDACTED] ",
        "${": "token: '${",
        "<password>": "<password>",
        "secret,": '"secret",',
        "deltaText": "deltaText ",
        "spaces": " ",
        "A": "A",
        "a1": "a1",
        "hex": "0123456789abcdef",
    }


def built_lines(size):
    """Name -> what makes the body. Random, but the same on every machine."""
    rng = random.Random(16)
    noise = base64.b64encode(rng.randbytes(1 << 20)).decode()
    runs = " ".join(made(rng, MIXED, 20) for _ in range(1 << 14)) + " "
    secrets = " ".join("gh" + "p_" + made(rng, MIXED, 36) for _ in range(1 << 14)) + " "
    fields = " ".join("password=" + made(rng, MIXED, 7) for _ in range(1 << 14)) + " "
    issuers = " ".join("asana key " + made(rng, LOWER + DIGITS, 32) for _ in range(1 << 14)) + " "
    uuids = " ".join("-".join(made(rng, DIGITS + "abcdef", n) for n in (8, 4, 4, 4, 12)) for _ in range(1 << 14)) + " "
    hits = base64.b64encode(fill("sk-" + "ant-api03-" + "ghp_" + "xoxb-", 1 << 20).encode()).decode()
    return {
        "base64": lambda: fill(noise, size),
        "base64 of literals": lambda: fill(hits, size),
        "base64 in lines": lambda: fill("\\n".join(noise[i : i + 64] for i in range(0, len(noise), 64)) + "\\n", size),
        "runs of 20": lambda: fill(runs, size),
        "UUIDs": lambda: fill(uuids, size),
        "GitHub tokens": lambda: fill(secrets, size),
        "passwords": lambda: fill(fields, size),
        "tokens of issuers": lambda: fill(issuers, size),
        "half a run, half quotes": lambda: fill("a1", size // 2) + fill('\\"', size // 2),
        "cookie": lambda: "Cookie: " + fill("a=" + made(rng, MIXED, 24) + "; ", size),
        "cookie, one value": lambda: "Cookie: a=" + fill(noise, size),
        "password, one value": lambda: "password=" + fill(noise, size),
        "Authorization, one value": lambda: "Authorization: " + fill("Digest a=b, ", size),
        "token, quoted value": lambda: "token: '" + fill("abc ", size),
        "PEM, no end": lambda: "-----BEGIN PRIVATE KEY-----" + fill(noise, size),
    }


def json_lines(size):
    """Whole lines whose structure costs time."""
    rng = random.Random(17)
    member = json.dumps({"password": made(rng, MIXED, 12)})[1:-1] + ","
    item = json.dumps({"m": json.dumps({"m": json.dumps({"token": "a" + made(rng, DIGITS, 5)})})}) + ","
    shallow = json.dumps({"m": fill(json.dumps({"password": made(rng, MIXED, 12)}), 1 << 10)}) + ","
    return {
        "members named password": lambda: '{"m":1,' + fill_whole(member, size)[:-1] + "}",
        "empty strings": lambda: "[" + fill_whole('"",', size)[:-1] + "]",
        "numbers": lambda: "[" + fill_whole("1,", size)[:-1] + "]",
        "empty objects": lambda: "[" + fill_whole("{},", size)[:-1] + "]",
        "flags": lambda: "[" + fill_whole('"--token",', size)[:-1] + "]",
        "name, value": lambda: "[" + fill_whole('{"name":"TOKEN","value":"' + made(rng, MIXED, 12) + '"},', size)[:-1] + "]",
        "JSON in JSON": lambda: nested(size),
        "JSON in JSON in JSON, members": lambda: "[" + fill_whole(item, size)[:-1] + "]",
        "JSON texts in strings": lambda: "[" + fill_whole(shallow, size)[:-1] + "]",
        "deep": lambda: "[" * 500 + fill_whole('"a",', size)[:-1] + "]" * 500,
        "long key": lambda: '{"' + fill("api_key.", size) + '":"x"}',
        "one letter an element": lambda: "[" + fill_whole('"a",', size)[:-1] + "]",
    }


def nested(size):
    text = "x"
    while len(text) < size // 2:
        text = json.dumps({"m": text})
    return text


def fill_whole(unit, size):
    return unit * (size // len(unit.encode()))


def all_lines(size):
    size -= 64
    bodies = {name: lambda unit=unit: fill_whole(unit, size) for name, unit in unit_lines().items()}
    bodies.update(built_lines(size))
    for name, make in bodies.items():
        body = make()
        yield name, "text", body
        whole = '{"m":"' + body + '"}'
        try:
            json.loads(whole)
        except ValueError:
            whole = json.dumps({"m": body[: size // 2]}, ensure_ascii=False)
        yield name, "JSON", whole
    for name, make in json_lines(size).items():
        yield name, "JSON", make()


def cpu_seconds(binary, path):
    with open(path, "rb") as source, open(os.devnull, "wb") as sink:
        child = subprocess.Popen([binary, "redact"], stdin=source, stdout=sink)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        print(f"ended with {child.returncode}")
    return usage.ru_utime, usage.ru_maxrss // 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", default="build/release/clawtrail")
    parser.add_argument("--bytes", type=int, default=LINE_BYTES)
    parser.add_argument("--only", default="", help="part of a name")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--keep", default="", help="folder for the lines")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "line")
        open(path, "w").close()
        idle = min(cpu_seconds(options.binary, path)[0] for _ in range(3))
        for name, kind, line in all_lines(options.bytes):
            if options.only not in name:
                continue
            with open(path, "w", encoding="utf-8") as out:
                out.write(line + "\n")
            if options.keep:
                slug = "".join(c if c.isalnum() else "_" for c in name)
                with open(os.path.join(options.keep, f"{slug}.{kind}"), "w", encoding="utf-8") as out:
                    out.write(line + "\n")
            print(name, kind, end=" ", file=sys.stderr, flush=True)
            best = min(cpu_seconds(options.binary, path) for _ in range(options.runs))
            rows.append((best[0] - idle, best[1], name, kind))
            print(f"{best[0] - idle:.2f} s, {best[1]} MiB", file=sys.stderr)
    rows.sort(reverse=True)
    print(f"start-up {idle:.2f} s, taken off\n\n| line | as | CPU s | MiB |\n|---|---|---|---|")
    for seconds, memory, name, kind in rows:
        print(f"| `{name}` | {kind} | {seconds:.2f} | {memory} |")
    if options.check and rows[0][0] > 1:
        sys.exit(f"{rows[0][2]} takes {rows[0][0]:.2f} s")


if __name__ == "__main__":
    main()
