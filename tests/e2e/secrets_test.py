# SPDX-License-Identifier: Apache-2.0
"""Secrets that no single record shows: keys line by line across crashes and rotations, values that change."""
import json
import os
import random
import subprocess
import time
import unittest

from harness import BINARY, SidecarTest, gateway_line, random_text, wait_until

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DASHES = "-" * 5


class Secrets(SidecarTest):
    def key_lines(self, body):
        return [f"{DASHES}BEGIN PRIVATE KEY{DASHES}", *body, f"{DASHES}END PRIVATE KEY{DASHES}"]

    def test_a_key_line_by_line_with_kill_9_and_rotation_in_between(self):
        self.write_config()
        seed = int(os.environ.get("CLAWTRAIL_TEST_SEED", time.time_ns() % 1_000_000))
        dice = random.Random(seed)
        secrets, count = [], 0
        self.start()
        for _ in range(6):
            body = [random_text(64, BASE64) for _ in range(dice.randint(2, 30))]
            secrets += body
            for line in self.key_lines(body) + ["an ordinary line"]:
                self.append(gateway_line(line))
                count += 1
                event = dice.randrange(12)
                if event == 0:
                    self.kill()
                if event == 1:
                    self.rotate()
                if event == 2:
                    wait_until(lambda: len(self.records()) > 0) if self.process.poll() is None else None
                if self.process.poll() is not None and dice.randrange(2) == 0:
                    self.start()
        if self.process.poll() is not None:
            self.start()
        wait_until(lambda: len(self.records()) == count, what=f"{count} records (seed {seed})")
        self.stop()
        for record in self.records():
            leaked = [s for s in secrets if s in json.dumps(record)]
            self.assertEqual(leaked, [], f"seed {seed}: {record['source']}")
        self.assert_nowhere(secrets, [self.trail])
        ordinary = [r for r in self.records() if r["details"]["message"] == "an ordinary line"]
        self.assertEqual(len(ordinary), 6, f"seed {seed}")
        self.assertTrue(any(x.get("open") for r in self.records() for x in r.get("redactions", [])))
        self.verify()

    def rotate(self):
        """As the gateway does: x.log becomes x.1.log, x.1.log becomes x.2.log, and so on."""
        stem = self.log[:-len(".log")]
        archives = [i for i in range(1, 100) if os.path.exists(f"{stem}.{i}.log")]
        for i in reversed(archives):
            os.rename(f"{stem}.{i}.log", f"{stem}.{i + 1}.log")
        os.rename(self.log, f"{stem}.1.log")

    def test_a_changed_file_of_secrets_is_read_again_and_old_values_stay_secret(self):
        env = os.path.join(self.dir, "gateway.env")
        values = [random_text(20) + "9" for _ in range(2)]
        with open(env, "w") as f:
            f.write(f"A_TOKEN={values[0]}\n")
        self.write_config(known_files=json.dumps(env))
        self.start()
        self.append(gateway_line(f"one {values[0]}"))
        with open(env, "w") as f:
            f.write(f"A_TOKEN={values[1]}\nB_TOKEN=short\n")
        wait_until(lambda: "A_TOKEN" in self.output().split("known secrets from", 2)[-1]
                   and self.output().count("known secrets from") == 2, what="the second reading")
        self.append(gateway_line(f"two {values[0]} {values[1]}"))
        wait_until(lambda: len(self.records()) == 2)
        self.stop()
        self.assert_nowhere(values, [self.trail])
        for value in values:
            self.assertNotIn(value, self.output())
        self.assertEqual(self.records()[1]["details"]["message"], "two [REDACTED] [REDACTED]")
        reloads = [r for r in self.of_type("operator") if r["action"] == "reload"]
        self.assertEqual(len(reloads), 1)
        self.assertIn("1 of them new", reloads[0]["reason"])

    def test_check_names_the_gateways_variables_and_what_was_skipped(self):
        program = os.path.join(self.dir, "openclaw")
        with open(program, "w") as f:
            f.write("#!/bin/sh\nread line\n")
        value = random_text(24) + "7"
        gateway = subprocess.Popen(["/bin/sh", program, "gateway"], stdin=subprocess.PIPE,
                                   env={"CLAWTRAIL_TEST_GW": value, "CLAWTRAIL_TEST_ON": "true"})
        self.addCleanup(gateway.communicate)
        self.write_config()
        done = wait_until(lambda: self.checked("CLAWTRAIL_TEST_GW"), what="the gateway's name in check")
        self.assertIn(f"known secrets from the environment of the gateway (process {gateway.pid})", done)
        self.assertIn("not used as a known secret: gateway#CLAWTRAIL_TEST_ON (shorter than 8 characters)", done)
        self.assertNotIn(value, done)

    def checked(self, name):
        done = subprocess.run([BINARY, "check", "--config", self.config], capture_output=True, text=True,
                              env=self.environment(), cwd=self.dir)
        return done.stdout if name in done.stdout else None


if __name__ == "__main__":
    unittest.main()
