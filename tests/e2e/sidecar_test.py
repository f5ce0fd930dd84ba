# SPDX-License-Identifier: Apache-2.0
"""The running sidecar: alerts to a webhook, pages, reload, secrets, and bad input of every kind."""
import json
import os
import subprocess
import time
import unittest

from harness import (SidecarTest, Webhook, anthropic_key, auth_failure, gateway_line, github_token, random_text,
                     wait_until)

AUTH_RULE = """  alerts:
    - name: "Failed Authentication"
      condition: "authentication_failed > 5 in 5m"
      severity: high
      notification: [{webhook: soc}]
    - name: "API Key Exposed"
      condition: "log_contains('sk-ant-api') OR log_contains('sk-proj-')"
      severity: critical
      notification: [{webhook: soc}]"""


class Sidecar(SidecarTest):
    def configure(self, webhook=None, monitoring=AUTH_RULE, **more):
        if webhook is None:
            webhook = Webhook()
            self.addCleanup(webhook.close)
        self.webhook = webhook
        self.write_config(monitoring=monitoring,
                          extra=f"notifiers:\n  soc: {{type: webhook, url: \"{webhook.url()}\"}}", **more)

    def of_rule(self, rule):
        return [a for a in self.webhook.alerts() if a["rule"] == rule]

    # --- alerts ------------------------------------------------------------------------------------------------
    def test_six_failures_raise_one_alert_at_the_webhook_and_in_the_trail(self):
        self.configure()
        self.start()
        for i in range(5):
            self.append(auth_failure(f"c{i}"))
        time.sleep(0.6)
        self.assertEqual(self.of_rule("Failed Authentication"), [])
        self.append(*(auth_failure(f"d{i}") for i in range(4)))
        alert = wait_until(lambda: self.of_rule("Failed Authentication"), what="the alert")[0]
        self.assertEqual(alert["count"], 6)
        self.assertEqual(alert["severity"], "high")
        self.assertTrue(alert["samples"])
        time.sleep(0.5)
        self.assertEqual(len(self.of_rule("Failed Authentication")), 1)
        self.stop()
        recorded = [r["details"]["id"] for r in self.of_type("alert") if r["action"] == "Failed Authentication"]
        self.assertEqual(recorded, [alert["id"]])

    def test_an_alert_is_neither_lost_nor_repeated_by_kill_9(self):
        self.configure()
        self.start()
        self.append(*(auth_failure(f"c{i}") for i in range(4)))
        wait_until(lambda: len(self.records()) == 4)
        self.kill()
        self.append(*(auth_failure(f"d{i}") for i in range(4)))
        self.start()
        wait_until(lambda: self.of_rule("Failed Authentication"), what="the alert after the crash")
        self.kill()
        self.start()
        time.sleep(1.0)
        self.stop()
        ids = [r["details"]["id"] for r in self.of_type("alert") if r["action"] == "Failed Authentication"]
        self.assertEqual(len(ids), 1)
        self.assertEqual({a["id"] for a in self.of_rule("Failed Authentication")}, set(ids))

    def test_a_receiver_that_is_down_gets_the_alert_later(self):
        self.configure(Webhook(statuses=[500, 503]))
        self.addCleanup(self.webhook.close)
        self.start()
        self.append(*(auth_failure(f"c{i}") for i in range(7)))
        wait_until(lambda: self.of_rule("Failed Authentication"), 20, "the alert at the third attempt")
        self.stop()

    def test_an_old_log_is_recorded_and_notifies_nobody(self):
        self.configure()
        old = time.time() - 86400
        self.append(*(auth_failure(f"c{i}", at=old + i) for i in range(9)))
        self.run_once()
        self.assertEqual(len([r for r in self.of_type("alert") if r["action"] == "Failed Authentication"]), 1)
        self.assertEqual(self.webhook.alerts(), [])

    # --- secrets -----------------------------------------------------------------------------------------------
    def test_planted_secrets_are_nowhere_and_raise_their_alert(self):
        self.configure()
        known = "known" + random_text(20)
        secrets = [anthropic_key(), github_token(), known, random_text(24)]
        escaped = "".join("\\u%04x" % ord(c) for c in secrets[1])
        self.start(CLAWTRAIL_TEST_SECRET=known)
        self.append(
            gateway_line(f"the key is {secrets[0]}, and {known}."),
            gateway_line("x").replace('"message": "x"', f'"message": "escaped {escaped} text"'),
            gateway_line("nested", meta={"password": secrets[3], "inner": json.dumps({"token": secrets[1]})}),
            f"plain text with {secrets[0]} in it\n",
            f'{{"broken": "{secrets[1]}", \n')
        wait_until(lambda: len(self.records()) == 5, what="five records")
        wait_until(lambda: self.of_rule("API Key Exposed"), what="the alert")
        code, metrics = self.get("/metrics")
        self.assertEqual(code, 200)
        self.stop()
        found = [x["rule"] for r in self.records() for x in r.get("redactions", [])]
        self.assertGreaterEqual(len(found), 6, found)
        self.assert_nowhere(secrets, [self.trail])
        for secret in secrets:
            for text in [metrics, self.output(), *self.webhook.bodies]:
                self.assertNotIn(secret, text)
        self.verify()

    # --- pages -------------------------------------------------------------------------------------------------
    def test_the_pages_answer_and_reload_wants_the_token(self):
        self.configure()
        self.append(auth_failure("c1"), gateway_line("hello"))
        self.start()
        wait_until(lambda: len(self.records()) == 2)
        code, text = wait_until(lambda: self.get("/metrics"))
        self.assertIn('clawtrail_events_total{event_type="authentication"} 1', text)
        self.assertIn('clawtrail_surface_available{surface="file_log"} 1', text)
        self.assertEqual(self.get("/readyz")[0], 200)
        self.assertEqual(self.get("/nonsense")[0], 404)
        self.assertEqual(self.get("/reload", method="POST")[0], 401)
        self.assertEqual(self.get("/reload", method="POST", token="wrong")[0], 401)
        self.assertEqual(self.get("/metrics", host="evil.example")[0], 421)
        self.assertEqual(self.get("/reload", method="POST", token=self.env["CLAWTRAIL_WEB_TOKEN"])[0], 200)
        self.stop()

    def test_a_bad_new_configuration_keeps_the_old_one(self):
        self.configure()
        self.start()
        with open(self.config, "a") as f:
            f.write("nonsense_key: 1\n")
        code, text = self.get("/reload", method="POST", token=self.env["CLAWTRAIL_WEB_TOKEN"])
        self.assertEqual(code, 422, text)
        self.append(*(auth_failure(f"c{i}") for i in range(7)))
        wait_until(lambda: self.of_rule("Failed Authentication"), what="the old rule's alert")
        self.stop()

    def test_sighup_brings_a_new_rule_without_losing_an_event(self):
        self.configure(monitoring="")
        self.start()
        self.append(*(gateway_line(f"before {i}") for i in range(50)))
        self.configure(self.webhook)
        self.process.send_signal(1)
        wait_until(lambda: [r for r in self.of_type("operator") if r["action"] == "reload"], what="the reload record")
        self.append(*(auth_failure(f"c{i}") for i in range(7)))
        wait_until(lambda: self.of_rule("Failed Authentication"), what="the new rule's alert")
        self.stop()
        self.assertEqual(len(self.records()), 57)

    # --- bad input ---------------------------------------------------------------------------------------------
    def test_every_kind_of_bad_line_becomes_a_record(self):
        self.configure()
        lines = [b'{"a": 1,,}\n', b'{"a": "\xff\xfe"}\n', b'nul \x00 byte\n', b'{"a": "nul \x00"}\n', b'[1,2]\n', b'{}\n',
                 b'"text"\n', b'\xff\xfe\xfd\n', b'[' * 5000 + b'\n', b'{"a":' * 2000 + b'1' + b'}' * 2000 + b'\n',
                 b'{"timestamp":"2999-01-01T00:00:00Z","event_type":"message"}\n', b'ends with cr\r\n', b'   \n',
                 b'{"n": 1e999, "m": 123456789012345678901234567890}\n']
        with open(self.log, "wb") as f:
            f.write(b"".join(lines))
        self.run_once()
        self.assertEqual(len(self.records()), len(lines))
        self.verify()

    def test_a_line_of_100_megabytes_is_cut_and_is_a_gap(self):
        self.configure()
        with open(self.log, "w") as f:
            f.write(gateway_line("before"))
            f.write('{"message":"')
            for _ in range(100):
                f.write("abcdefgh " * 116508)
            f.write('"}\n')
            f.write(gateway_line("after"))
        self.run_once()
        self.assertEqual(len(self.records()), 3)
        gaps = self.of_type("gap")
        self.assertEqual(len(gaps), 1)
        self.assertEqual(self.records()[2]["details"]["message"], "after")
        self.verify()

    def test_a_binary_file_an_empty_file_and_a_vanished_file_hang_nothing(self):
        self.configure()
        binary = self.log.replace("21.log", "20.log")
        with open(binary, "wb") as f:
            f.write(os.urandom(1 << 20))
        open(self.log.replace("21.log", "19.log"), "w").close()
        os.symlink("/etc/passwd", self.log.replace("21.log", "18.log"))
        os.mkfifo(self.log.replace("21.log", "17.log"))
        os.mkdir(self.log.replace("21.log", "16.log"))
        self.append(gateway_line("hello"))
        self.start()
        wait_until(lambda: any(r["details"].get("message") == "hello" for r in self.records()))
        os.remove(binary)
        self.append(gateway_line("still here"))
        wait_until(lambda: any(r["details"].get("message") == "still here" for r in self.records()))
        self.stop()
        self.assertFalse([r for r in self.records() if "root:" in json.dumps(r["details"])])
        self.verify()

    def test_two_sidecars_on_one_trail(self):
        self.configure()
        self.start()
        second = self.run_command("run", "--config", self.config, "--once", env=self.env)
        self.assertEqual(second.returncode, 1, second.stderr)
        self.assertIn(str(self.process.pid).encode(), second.stderr)
        self.stop()

    def test_a_full_disk_is_back_pressure_and_nothing_is_lost(self):
        small = os.path.join(self.dir, "small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], capture_output=True).returncode:
            print("SKIPPED: a small file system cannot be mounted here")
            self.skipTest("cannot mount")
        self.addCleanup(subprocess.run, ["umount", "-l", small])
        self.trail = os.path.join(small, "trail")
        self.configure()
        self.start()
        self.append(*(gateway_line(f"line {i} " + "x" * 400) for i in range(4000)))
        wait_until(lambda: self.get("/readyz")[0] == 503, what="not ready on a full disk")
        subprocess.run(["mount", "-o", "remount,size=64m", small], check=True)
        wait_until(lambda: self.get("/readyz")[0] == 200, what="ready again")
        wait_until(lambda: len(self.records()) == 4000, what="all lines")
        self.stop()
        self.verify()

    def test_a_folder_that_cannot_be_written_is_one_sentence(self):
        self.configure()
        with open(os.path.join(self.dir, "file"), "w"):
            pass
        with open(self.config) as f:
            text = f.read().replace(f"path: {self.trail}", f"path: {self.dir}/file/trail")
        with open(self.config, "w") as f:
            f.write(text)
        done = self.run_command("run", "--config", self.config, "--once", env=self.environment())
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.decode().strip().splitlines()), 1, done.stderr)

    def test_a_config_with_five_mistakes_reports_all_five(self):
        self.configure()
        with open(self.config, "w") as f:
            f.write("trail: {path: /x, sync_interval_ms: soon}\nsorces: []\nmonitoring:\n  alerts:\n"
                    "    - {name: A, condition: 'authentication_failed >> 5', severity: high}\n"
                    "    - {name: B, condition: 'authentication_failed > 5 in 5m', severity: loud}\n"
                    "web: {listen: 127.0.0.1:1, tokn: x}\n")
        done = self.run_command("check", "--config", self.config)
        self.assertEqual(done.returncode, 2)
        text = done.stdout.decode() + done.stderr.decode()
        for word in ("sync_interval_ms", "sorces", "condition", "loud", "tokn"):
            self.assertIn(word, text)

    def test_zeromq_messages_become_records(self):
        port = random_port()
        sources = f"  - {{name: bus, type: zeromq, listen: \"tcp://127.0.0.1:{port}\", mode: pull, insecure: true}}"
        self.configure(sources=sources)
        self.start()
        push_zeromq(port, [gateway_line(f"number {i}").strip() for i in range(100)])
        wait_until(lambda: len(self.records()) == 100, what="100 records")
        self.stop()
        self.verify()

    def test_standard_input_is_read_to_its_end(self):
        self.configure(sources="  - {name: in, type: stdin}")
        done = self.run_command("run", "--config", self.config, "--once", env=self.environment(),
                                data="".join(gateway_line(f"number {i}") for i in range(1000)).encode())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.records()), 1000)

    def test_the_number_of_lanes_does_not_change_a_record(self):
        self.append(*(gateway_line(f"number {i} {github_token() if i % 50 == 0 else ''}") for i in range(3000)))
        digests = []
        for lanes in ("0", "1", "2"):
            self.trail = os.path.join(self.dir, "trail-" + lanes)
            self.configure()
            self.run_once("--lanes", lanes)
            digests.append([{k: v for k, v in r.items() if k != "observed"} for r in self.records()])
            self.verify()
        self.assertEqual(len(digests[0]), 3000)
        self.assertEqual(digests[0], digests[1])
        self.assertEqual(digests[0], digests[2])


def random_port():
    from harness import free_port
    return free_port()


def push_zeromq(port, messages):
    """A PUSH client in 30 lines of ZMTP 3.0 (RFC 23), so that the test does not trust our own library."""
    import socket
    import struct
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(b"\xff" + b"\0" * 8 + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + b"\0" + b"\0" * 31)

        def read(size):
            data = b""
            while len(data) < size:
                piece = s.recv(size - len(data))
                assert piece, "the peer closed"
                data += piece
            return data

        read(64)
        ready = b"\x05READY" + b"\x0bSocket-Type" + struct.pack(">I", 4) + b"PUSH"
        s.sendall(b"\x04" + bytes([len(ready)]) + ready)
        size = read(2)[1]
        read(size)
        for message in messages:
            body = message.encode()
            s.sendall(b"\x02" + struct.pack(">Q", len(body)) + body)
        time.sleep(0.3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
