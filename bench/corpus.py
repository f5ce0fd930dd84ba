# SPDX-License-Identifier: Apache-2.0
"""Writes gateway-like JSON log lines, about 500 bytes each; every SHARE-th line in the mean holds a made-up secret.

usage: corpus.py LINES SHARE > corpus.jsonl        the same bytes on every machine
"""
import json
import random
import string
import sys

RNG = random.Random(20261121)
BASE62 = string.ascii_letters + string.digits
SUBSYSTEMS = ["gateway", "gateway/ws", "gateway/reload", "agent/embedded", "cron", "diagnostic", "plugins",
              "provider-transport-fetch", "session-sqlite", "gateway/health-monitor"]
WORDS = ("gateway session agent reply channel tool finished waiting operator device status ok request queued model "
         "window summary workspace document heartbeat scheduled approval user message stored index updated").split()


def text(size, alphabet=BASE62):
    return "".join(RNG.choices(alphabet, k=size))


def secret():
    kind = RNG.randrange(5)
    if kind == 0:
        return "sk-ant-api03-" + text(93, BASE62 + "-_") + "AA"
    if kind == 1:
        return "ghp_" + text(36)
    if kind == 2:
        return "AKIA" + text(16, string.ascii_uppercase + "234567")
    if kind == 3:
        return "Authorization: Bearer " + text(43, BASE62 + "-_")
    return f"postgres://app:{text(20)}@db.internal:5432/prod"


def message(i):
    kind = RNG.randrange(6)
    if kind == 0:
        return f"ws connection opened conn={text(8, string.hexdigits.lower())} remote=127.0.0.1:{RNG.randrange(1, 65000)}"
    if kind == 1:
        return f"embedded run tool end: runId=k{i} tool=read toolCallId=call_{text(12)}"
    if kind == 2:
        return f"message processed: channel=webchat chatId=unknown sessionKey=agent:main:main outcome=completed duration={i % 900}ms"
    if kind == 3:
        return f"[model-fetch] response provider=fake model=fake-1 status=200 elapsedMs={RNG.randrange(20, 9000)}"
    if kind == 4:
        return f"usage inputTokens={RNG.randrange(90000)} outputTokens=812 provider=anthropic reason=token_budget"
    return f"config reload evaluated hash={text(12, string.hexdigits.lower())} changed={RNG.randrange(9)}"


def main():
    lines, share = int(sys.argv[1]), float(sys.argv[2])
    for i in range(lines):
        body = " ".join(RNG.choices(WORDS, k=RNG.randrange(5, 36)))
        if RNG.random() < share:
            body += " " + secret()
        stamp = "2026-11-20T%02d:%02d:%02d.%03dZ" % (i // 3600000 % 24, i // 60000 % 60, i // 1000 % 60, i % 1000)
        sys.stdout.write(json.dumps({
            "0": json.dumps({"subsystem": RNG.choice(SUBSYSTEMS)}), "1": message(i), "2": body,
            "_meta": {"runtime": "node", "runtimeVersion": "26.10.0", "hostname": "gateway-1", "date": stamp,
                      "logLevelId": 3, "logLevelName": RNG.choice(["INFO", "INFO", "INFO", "WARN", "DEBUG", "ERROR"]),
                      "parentNames": ["openclaw"]},
            "time": stamp, "hostname": "gateway-1"}) + "\n")


main()
