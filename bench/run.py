# SPDX-License-Identifier: Apache-2.0
"""The whole program on a corpus: file → redacted, hashed, fsynced trail; the redact filter; verify.

usage: run.py [--binary clawtrail] [--corpus FILE] [--lines N] [--share S] [--runs K]

Each figure is the median of K runs, taken in turn with `cp` + `sync` of the same file, and is printed with its ratio to
that.  Every run checks its answer: the number of records, the verdict of verify, the number of secrets found.
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def timed(command, env=None, stdout=subprocess.DEVNULL, cpus=None):
    """Seconds, resident megabytes and exit code of a whole process."""
    begin = time.monotonic()
    process = subprocess.Popen(command, env=env, stdout=stdout, stderr=subprocess.PIPE,
                               preexec_fn=(lambda: os.sched_setaffinity(0, cpus)) if cpus else None)
    error = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - begin
    if process.returncode != 0:
        sys.exit(f"{command[0]} {command[1]} failed with {process.returncode}: {error.decode()}")
    return seconds, usage.ru_maxrss / 1024


def copy_and_sync(corpus, folder):
    target = os.path.join(folder, "copy")
    begin = time.monotonic()
    with open(corpus, "rb"):
        subprocess.run(["cp", corpus, target], check=True)
        subprocess.run(["sync", target], check=True)
    seconds = time.monotonic() - begin
    os.remove(target)
    return seconds


def make_config(folder, corpus):
    path = os.path.join(folder, "clawtrail.yaml")
    with open(path, "w") as f:
        f.write(f"""trail: {{path: {folder}/trail, key_file: {folder}/signing.key}}
sources:
  - {{name: corpus, type: file, path: "{corpus}"}}
redaction: {{key_file: {folder}/fingerprint.key, known_secrets: {{env: [], files: []}}}}
monitoring: {{prometheus: {{enabled: false}}}}
""")
    return path


def count_records(trail):
    """Event records (not clawtrail's own) and redactions, counted from the files alone."""
    records = redactions = 0
    own = {b"segment", b"source", b"checkpoint", b"alert", b"gap", b"operator"}
    for name in sorted(os.listdir(trail)):
        if not name.endswith(".jsonl"):
            continue
        with open(os.path.join(trail, name), "rb") as f:
            for line in f:
                kind = line[:120].split(b'"event_type":"', 1)[1].split(b'"', 1)[0]
                if kind not in own:
                    records += 1
                    redactions += b',"redactions":[' in line
    return records, redactions


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.path.join(os.path.dirname(HERE), "build/release/clawtrail"))
    parser.add_argument("--corpus")
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="clawtrail-bench-", dir=os.environ.get("TMPDIR", "/var/tmp"))
    try:
        bench(args, folder)
    finally:
        shutil.rmtree(folder)


def bench(args, folder):
    corpus = args.corpus
    if not corpus:
        corpus = os.path.join(folder, "corpus.jsonl")
        with open(corpus, "wb") as f:
            subprocess.run([sys.executable, os.path.join(HERE, "corpus.py"), str(args.lines), str(args.share)], stdout=f,
                           check=True)
    size = os.path.getsize(corpus)
    with open(corpus, "rb") as f:
        lines = sum(1 for _ in f)
    config = make_config(folder, corpus)
    env = dict(os.environ, HOME=folder)
    trail = os.path.join(folder, "trail")
    copies, runs, filters, verifies, memories = [], [], [], [], []
    for _ in range(args.runs):
        copies.append(copy_and_sync(corpus, folder))
        shutil.rmtree(trail, ignore_errors=True)
        seconds, memory = timed([args.binary, "run", "--config", config, "--once"], env)
        runs.append(seconds)
        memories.append(memory)
        verifies.append(timed([args.binary, "verify", trail], env)[0])
        filters.append(timed([args.binary, "redact", "--config", config, corpus], env, cpus={0})[0])
    records, redacted = count_records(trail)
    if records != lines:
        sys.exit(f"wrong answer: {lines} lines became {records} records")
    trail_bytes = sum(os.path.getsize(os.path.join(trail, n)) for n in os.listdir(trail) if n.endswith(".jsonl"))
    copy = statistics.median(copies)
    print(f"corpus: {lines} lines, {size / 1e6:.0f} MB, {redacted} records with redactions; medians of {args.runs} runs")
    print(f"{'what':44} {'seconds':>8} {'lines/s':>10} {'MB/s':>7} {'of cp+sync':>10}")
    for what, times, amount in (("cp + sync", copies, size), ("file → redacted, hashed, fsynced trail", runs, size),
                                ("redact filter, one core", filters, size), ("verify of the trail", verifies, trail_bytes)):
        median = statistics.median(times)
        print(f"{what:44} {median:8.3f} {lines / median:10.0f} {amount / median / 1e6:7.0f} {copy / median:9.2f}x")
    print(f"resident memory at most {max(memories):.0f} MB; trail {trail_bytes / size:.2f} times the input")


main()
