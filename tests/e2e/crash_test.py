# SPDX-License-Identifier: Apache-2.0
"""kill -9, rotation and truncation: each line of a file is in the trail exactly once."""
import os
import random
import threading
import time
import unittest

from harness import SidecarTest, gateway_line, wait_until

KILLS = int(os.environ.get("CLAWTRAIL_KILLS", "12"))


class Crash(SidecarTest):
    def numbers(self):
        return [int(r["details"]["message"].split()[1]) for r in self.records()
                if r["details"].get("message", "").startswith("number ")]

    def expect_each_once(self, count):
        got = self.numbers()
        self.assertEqual(sorted(got), list(range(count)), f"{len(got)} records for {count} lines")

    def test_a_rotating_writer_and_kill_9_at_random_instants(self):
        self.write_config()
        written, stop = [0], threading.Event()
        rng = random.Random(4)

        def write():
            while not stop.is_set():
                for _ in range(rng.randrange(1, 400)):
                    self.append(gateway_line(f"number {written[0]} " + "x" * rng.randrange(300)))
                    written[0] += 1
                if rng.random() < 0.15:
                    self.rotate()
                time.sleep(rng.random() * 0.02)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for _ in range(KILLS):
                self.start(wait_ready=False)
                time.sleep(rng.random() * 0.8)
                if self.process.poll() is not None:
                    self.fail(self.output())
                self.kill()
        finally:
            stop.set()
            writer.join()
        self.run_once()
        self.expect_each_once(written[0])
        self.verify()

    def rotate(self):
        """The gateway's own chain: name.log → name.1.log → … by rename, then a new file."""
        stem = self.log[:-len(".log")]
        for i in range(30, 0, -1):
            if os.path.exists(f"{stem}.{i}.log"):
                os.rename(f"{stem}.{i}.log", f"{stem}.{i + 1}.log")
        if os.path.exists(self.log):
            os.rename(self.log, f"{stem}.1.log")

    def test_nothing_is_read_twice_after_a_clean_stop(self):
        self.write_config()
        self.append(*(gateway_line(f"number {i}") for i in range(100)))
        for _ in range(3):
            self.run_once()
        self.expect_each_once(100)
        self.verify()

    def test_a_half_written_last_line_is_read_when_it_is_whole(self):
        self.write_config()
        line = gateway_line("number 0")
        self.append(line[:40])
        self.start()
        time.sleep(0.5)
        self.assertEqual(self.numbers(), [])
        self.append(line[40:], gateway_line("number 1"))
        wait_until(lambda: len(self.numbers()) == 2, what="both lines")
        self.stop()
        self.expect_each_once(2)

    def test_a_truncated_file_is_a_gap_and_read_from_its_start(self):
        self.write_config()
        self.append(*(gateway_line(f"number {i}") for i in range(10)))
        self.start()
        wait_until(lambda: len(self.numbers()) == 10)
        with open(self.log, "w"):
            pass
        self.append(gateway_line("number 10"))
        wait_until(lambda: len(self.numbers()) == 11, what="the line after the truncation")
        self.assertTrue(self.of_type("gap"))
        self.stop()
        self.expect_each_once(11)

    def test_a_torn_trail_is_cut_and_goes_on(self):
        self.write_config()
        self.append(*(gateway_line(f"number {i}") for i in range(50)))
        self.start()
        wait_until(lambda: len(self.numbers()) == 50)
        self.kill()
        segment = sorted(n for n in os.listdir(self.trail) if n.endswith(".jsonl"))[-1]
        with open(os.path.join(self.trail, segment), "ab") as f:
            f.write(b'{"timestamp":"2026-11-21T00:00:00.000Z","event_ty')
        self.verify(expect=3)
        self.append(gateway_line("number 50"))
        self.run_once()
        self.expect_each_once(51)
        self.verify()


if __name__ == "__main__":
    unittest.main(verbosity=2)
