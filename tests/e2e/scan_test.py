#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The sidecar's own scan and the ages of its known secrets, with the real binary.

Goal: a secret at rest becomes one record, one alert and a metric, and stays one over restarts; it stands nowhere.
"""
import json
import os
import sqlite3
import time
import unittest

from harness import SidecarTest, anthropic_key, github_token, random_text, wait_until


class ScanInTheSidecar(SidecarTest):
    def setUp(self):
        super().setUp()
        self.state = os.path.join(self.dir, "state")
        os.mkdir(self.state)

    def configure(self, every="24h"):
        self.write_config(extra=f"scan: {{every: {every}, paths: [{self.state}, {self.dir}/missing]}}\n")

    def found(self):
        return [r for r in self.of_type("system") if r.get("action") == "secret_at_rest"]

    def metric(self, name):
        for line in self.get("/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return None

    def wait_for_scan(self):
        return wait_until(lambda: self.metric("clawtrail_scan_last_seconds"), what="the scan")

    def test_findings_are_recorded_once_with_an_alert_and_metrics(self):
        first, second, own = github_token(), anthropic_key(), github_token()
        with open(os.path.join(self.state, "session.log"), "w") as f:
            f.write(f"one\nkey {first}\nagain {first}\n")
        with open(os.path.join(self.state, ".env"), "w") as f:
            f.write(f"A_TOKEN={own}\n")
        os.chmod(os.path.join(self.state, ".env"), 0o600)
        db = sqlite3.connect(os.path.join(self.state, "s.sqlite"))
        db.execute("CREATE TABLE t (a)")
        db.execute("INSERT INTO t VALUES (?)", ("x " + second,))
        db.commit()
        db.close()
        self.configure()
        self.start()
        end = self.wait_for_scan()
        self.assertLess(abs(end - time.time()), 60)
        self.assertEqual(self.metric("clawtrail_scan_findings"), 3)
        wait_until(lambda: len(self.found()) >= 2, what="the records")
        wait_until(lambda: [a for a in self.of_type("alert") if a["action"] == "secret-at-rest"
                            or "Secret At Rest" in json.dumps(a)], what="the alert")
        records = {os.path.basename(r["path"]): r for r in self.found()}
        self.assertEqual(set(records), {"session.log", "s.sqlite"})
        self.assertEqual(records["session.log"]["details"]["rule"], "github-token")
        self.assertEqual(records["session.log"]["details"]["line"], 2)
        self.assertEqual(records["s.sqlite"]["details"]["table"], "t")
        self.assertEqual(records["s.sqlite"]["severity"], "high")
        self.stop()
        self.verify()

        # Unchanged: nothing new. Then a new one, and one that has gone.
        self.start()
        self.wait_for_scan()
        self.assertEqual(len(self.found()), 2)
        self.stop()
        third = github_token()
        with open(os.path.join(self.state, "new.txt"), "w") as f:
            f.write(third)
        os.remove(os.path.join(self.state, "session.log"))
        self.start()
        wait_until(lambda: len(self.found()) == 3, what="the new record")
        self.wait_for_scan()
        self.assertEqual(self.metric("clawtrail_scan_findings"), 2)
        self.stop()
        self.assert_nowhere([first, second, third, own])

    def test_it_stops_promptly_in_the_middle_of_a_scan(self):
        with open(os.path.join(self.state, "big"), "wb") as f:
            f.truncate(200 << 30)  # Sparse: minutes of reading.
        self.configure()
        self.start()
        time.sleep(0.5)
        begin = time.monotonic()
        self.stop()
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_killed_scan_loses_nothing(self):
        secrets = [github_token() for _ in range(300)]
        for i, secret in enumerate(secrets):
            with open(os.path.join(self.state, f"f{i}"), "w") as f:
                f.write(secret)
        self.configure()
        for pause in (0.05, 0.15, 0.25, 0.3, 0.35, 0.4, 0.5):
            self.start(wait_ready=False)
            time.sleep(pause)
            self.kill()
        self.start()
        self.wait_for_scan()
        wait_until(lambda: len({r["path"] for r in self.found()}) == 300, what="all records")
        self.stop()
        self.verify()

    def test_a_rotated_credential_is_recorded(self):
        old, new = random_text(24), random_text(24)
        self.configure()
        self.start(CLAWTRAIL_TEST_KEY=old)
        wait_until(lambda: "clawtrail_credential_age_days{name=\"CLAWTRAIL_TEST_KEY\"} 0" in self.get("/metrics")[1],
                   what="the age")
        self.stop()
        path = os.path.join(self.trail, "readers", "credentials.json")
        with open(path) as f:
            kept = json.load(f)
        self.assertEqual([c["name"] for c in kept["credentials"]], ["CLAWTRAIL_TEST_KEY"])
        kept["credentials"][0]["first_seen"] = "2020-01-01T00:00:00.000Z"
        with open(path, "w") as f:
            json.dump(kept, f)
        self.start(CLAWTRAIL_TEST_KEY=old)
        due = wait_until(lambda: [r for r in self.of_type("system") if r.get("action") == "credential_rotation_due"],
                         what="the notice")
        self.assertTrue(due[0]["details"]["overdue"])
        wait_until(lambda: "Credential Rotation Due" in json.dumps(self.of_type("alert")), what="the alert")
        self.stop()
        self.start(CLAWTRAIL_TEST_KEY=new)
        turned = wait_until(lambda: [r for r in self.of_type("system") if r.get("action") == "credential_rotated"],
                            what="the rotation")
        self.assertEqual(turned[0]["details"]["name"], "CLAWTRAIL_TEST_KEY")
        self.stop()
        self.assert_nowhere([old, new])


if __name__ == "__main__":
    unittest.main()
