"""What goes wrong on request: rules that choose requests, and what happens to those.

A rule: {"kind": KIND, "match": "text in the target", "method": "PUT", "skip": 0, "times": 1, "chance": 1.0, ...}; times -1: always. KIND is
  status          `status` and `code` (503 SlowDown) instead of doing it; with "after": true it is done first; `retry_after` seconds
  sleep           `seconds`, then as usual
  reset_request   the connection is reset when half of the body has arrived; nothing is done
  reset_response  done, then the connection is reset after half of the answer's body (of the head, where there is none)
  truncate        done, then the connection ends in order, but before the end of the body
  close           done and answered, then the connection ends without having been announced
  flip            done, one byte of the answer's body is another
  error_in_200    not done, 200 with `code` (InternalError) in the document: as CompleteMultipartUpload and CopyObject may
"""
import random
import threading

KINDS = {"status", "sleep", "reset_request", "reset_response", "truncate", "close", "flip", "error_in_200"}
KEYS = {"kind", "match", "method", "skip", "times", "chance", "status", "code", "after", "seconds", "retry_after"}


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.set([], 1)

    def set(self, rules, seed):
        for rule in rules:
            if set(rule) - KEYS or rule.get("kind") not in KINDS:
                raise ValueError(f"no such fault: {rule}")
        with self.lock:
            self.rules = [{"times": 1, "skip": 0, **rule} for rule in rules]
            self.random = random.Random(seed)
            self.given = {}

    def choose(self, method, target):
        """The first rule that wants this request."""
        with self.lock:
            for rule in self.rules:
                if rule["times"] == 0 or rule.get("method", method) != method or rule.get("match", "") not in target:
                    continue
                if rule["skip"] > 0:
                    rule["skip"] -= 1
                    continue
                if self.random.random() >= rule.get("chance", 1.0):
                    continue
                rule["times"] -= 1 if rule["times"] > 0 else 0
                self.given[rule["kind"]] = self.given.get(rule["kind"], 0) + 1
                return rule
        return None

    def counts(self):
        with self.lock:
            return dict(self.given)
