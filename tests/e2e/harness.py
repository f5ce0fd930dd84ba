# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: the real binary, a webhook receiver, and waiting with a limit.

The binary comes from the environment variable CLAWTRAIL_BINARY.
"""
import http.server
import json
import os
import random
import shutil
import signal
import socket
import string
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

BINARY = os.environ.get("CLAWTRAIL_BINARY", "")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def random_text(size, alphabet=string.ascii_letters + string.digits):
    """Secrets of the tests are made when they run; none stands in the tree."""
    return "".join(random.SystemRandom().choice(alphabet) for _ in range(size))


def anthropic_key():
    return "sk-ant-api03-" + random_text(93) + "AA"


def github_token():
    return "ghp_" + random_text(36)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, seconds=20.0, what="the condition"):
    """Returns the first true value of condition(); fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true within {seconds} s")
        time.sleep(0.03)


class Webhook:
    """A real HTTP server that keeps what it is sent. `statuses` are answered in turn, then 200."""

    def __init__(self, statuses=()):
        self.bodies, self.times, self.statuses = [], [], list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status = outer.statuses.pop(0) if outer.statuses else 200
                if status == 200:
                    outer.bodies.append(body.decode())
                    outer.times.append(time.time())
                self.send_response(status)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def alerts(self):
        return [json.loads(body) for body in self.bodies]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def gateway_line(message, subsystem="gateway", at=None, level="INFO", meta=None, **extra):
    """One line of the gateway's file log, in its shape."""
    now = time.time() if at is None else at
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % int(now % 1 * 1000)
    line = {"0": json.dumps({"subsystem": subsystem})}
    if meta is not None:
        line["1"], line["2"] = meta, message
    else:
        line["1"] = message
    line["_meta"] = {"runtime": "node", "date": stamp, "logLevelName": level, "hostname": "gateway-1"}
    line.update({"time": stamp.replace("Z", "+00:00"), "hostname": "gateway-1", "message": message})
    line.update(extra)
    return json.dumps(line, ensure_ascii=False) + "\n"


def auth_failure(conn, at=None, ip="127.0.0.1", forwarded=None):
    meta = {"cause": "unauthorized", "authReason": "token_mismatch", "remoteAddr": ip, "client": "cli",
            "role": "operator", "handshake": "failed"}
    if forwarded:
        meta["forwardedFor"] = forwarded
    return gateway_line(f"closed before connect conn={conn} remote={ip} code=1008 reason=n/a", "gateway/ws", at,
                        "WARN", meta)


class SidecarTest(unittest.TestCase):
    """A folder of its own for each test, with config, log, trail and keys in it."""

    def setUp(self):
        if not BINARY:
            self.fail("CLAWTRAIL_BINARY is not set")
        self.dir = tempfile.mkdtemp(prefix="clawtrail-e2e-")
        self.trail = os.path.join(self.dir, "trail")
        self.log = os.path.join(self.dir, "openclaw-2026-11-21.log")
        self.port = free_port()
        self.process = None
        self.addCleanup(self.clean_up)

    def clean_up(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process:
            self.out.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    # --- configuration and process -------------------------------------------------------------------------
    def write_config(self, sources=None, extra="", monitoring="", redaction="", known_files=""):
        sources = sources or f"  - {{name: gateway-log, type: file, path: \"{self.dir}/openclaw-*.log\"}}"
        text = f"""trail: {{path: {self.trail}, key_file: {self.dir}/signing.key}}
sources:
{sources}
redaction:
  key_file: {self.dir}/fingerprint.key
  known_secrets: {{env: ["CLAWTRAIL_TEST_*"], files: [{known_files}]}}
{redaction}
monitoring:
  prometheus: {{enabled: true, port: {self.port}}}
{monitoring}
web: {{listen: "127.0.0.1:{self.port}", token: "${{CLAWTRAIL_WEB_TOKEN}}"}}
{extra}
"""
        self.config = os.path.join(self.dir, "clawtrail.yaml")
        with open(self.config, "w") as f:
            f.write(text)

    def environment(self, **more):
        env = dict(os.environ, HOME=self.dir, CLAWTRAIL_WEB_TOKEN="web-" + random_text(24))
        env.update(more)
        self.env = env
        return env

    def start(self, *arguments, wait_ready=True, **env):
        if self.process:
            self.out.close()
        self.out_path = os.path.join(self.dir, f"out-{time.monotonic_ns()}")
        self.out = open(self.out_path, "w+")
        self.process = subprocess.Popen([BINARY, "run", "--config", self.config, *arguments], stdout=self.out,
                                        stderr=subprocess.STDOUT, env=self.environment(**env), cwd=self.dir)
        if wait_ready:
            wait_until(self.is_up, what=f"the sidecar's /healthz (output: {self.output()})")

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError("the sidecar stopped: " + self.output())
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def output(self):
        with open(self.out_path) as f:
            return f.read()

    def stop(self, expect=0):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.assertEqual(code, expect, self.output())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def run_command(self, *arguments, data=None, timeout=120, env=None):
        return subprocess.run([BINARY, *arguments], input=data, capture_output=True, timeout=timeout, cwd=self.dir,
                              env=env or dict(os.environ, HOME=self.dir))

    def run_once(self, *arguments, expect=0, **env):
        done = subprocess.run([BINARY, "run", "--config", self.config, "--once", *arguments], capture_output=True,
                              text=True, timeout=300, env=self.environment(**env), cwd=self.dir)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def get(self, path, token=None, method="GET", host=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        if token:
            request.add_header("Authorization", "Bearer " + token)
        if host:
            request.add_header("Host", host)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    # --- the trail -------------------------------------------------------------------------------------------
    def append(self, *lines, path=None):
        with open(path or self.log, "a") as f:
            f.writelines(lines)

    def records(self, own=False):
        out = []
        if not os.path.isdir(self.trail):
            return out
        for name in sorted(os.listdir(self.trail)):
            if not name.endswith(".jsonl"):
                continue
            with open(os.path.join(self.trail, name), "rb") as f:
                for line in f:
                    if line.endswith(b"\n"):
                        out.append(json.loads(line))
        mine = {"segment", "source", "checkpoint", "alert", "gap", "operator", "tombstone"}
        return [r for r in out if own or r["event_type"] not in mine]

    def of_type(self, event_type):
        return [r for r in self.records(own=True) if r["event_type"] == event_type]

    def verify(self, expect=0):
        done = self.run_command("verify", self.trail)
        self.assertEqual(done.returncode, expect, done.stdout.decode() + done.stderr.decode())
        return done.stdout.decode()

    def assert_nowhere(self, secrets, folders=None):
        """No byte of the secrets, in the usual spellings, in any file that was written."""
        import base64
        import urllib.parse
        spellings = []
        for secret in secrets:
            raw = secret.encode()
            spellings += [raw, raw.hex().encode(), raw.hex().upper().encode(), urllib.parse.quote(secret, "").encode(),
                          json.dumps(secret)[1:-1].encode(),
                          "".join("\\u%04x" % ord(c) for c in secret).encode(),
                          "".join("%%%02X" % ord(c) for c in secret).encode()]
            for shift in range(3):
                spellings.append(base64.b64encode(b"x" * shift + raw)[4:-4])
        for folder in folders or [self.trail]:
            for base, _, names in os.walk(folder):
                for name in names:
                    with open(os.path.join(base, name), "rb") as f:
                        data = f.read()
                    for spelling in spellings:
                        self.assertFalse(spelling in data, f"a planted secret stands in {name}")
