"""What a store on S3 promises, kept by ours on servers of others: the C++ tests test_s3_live beside the wall and versitygw, in either way of
naming buckets, over TLS, and while things go wrong."""
import collections
import os
import pathlib
import re
import subprocess
import sys
import unittest

from program import clean_environment
from s3_servers import BUCKET, VersityGw, Wall

TESTS = os.environ.get("VIEWERATLAS_TEST_S3_LIVE", "")
# Of the object that is streamed in bounded memory; 1024 takes half a minute.
LARGE_MB = os.environ.get("VIEWERATLAS_TEST_S3_LARGE_MB", "256")
# What the address sanitizer keeps of memory that was given back would count as memory that is used.
SANITIZER = "quarantine_size_mb=4:thread_local_quarantine_size_kb=64:" + os.environ.get("ASAN_OPTIONS", "")


class Conformance(unittest.TestCase):
    def run_tests(self, server, chosen="*", **more):
        """Runs the C++ tests; returns how many passed."""
        environment = clean_environment(**{**server.environment(), "VIEWERATLAS_TEST_S3_ENDPOINT": server.url, "VIEWERATLAS_TEST_S3_BUCKET": BUCKET,
                                           "ASAN_OPTIONS": SANITIZER, **more})
        done = subprocess.run([TESTS, f"--gtest_filter={chosen}"], env=environment, capture_output=True, text=True, check=False, timeout=500)
        text = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, text[-6000:])
        self.assertNotIn("SKIPPED", done.stdout, text[-3000:])
        self.assertNotIn(server.secret_access_key, text)
        return int(re.search(r"\[  PASSED  \] (\d+) test", done.stdout).group(1))

    def check_log(self, server):
        """What every request must be like."""
        log = [entry for entry in server.log() if not entry["headers"].get("user-agent", "").startswith("Boto3")]
        self.assertEqual([entry["uri"] for entry in log if entry["method"] == "HEAD" and entry["key"] is None], [], "HeadBucket")
        # A test signs wrongly on purpose, below p/.
        wrong = [entry for entry in log if str(entry.get("code", "")).startswith(("SignatureDoesNotMatch", "BadDigest", "XAmz"))]
        self.assertEqual([entry for entry in wrong if "/p/" not in entry["uri"] and "prefix=p%2F" not in entry["uri"]], [])
        self.assertEqual([entry for entry in log if entry.get("status") == 599], [])
        return log

    def test_wall_by_path(self):
        with Wall() as server:
            server.make_bucket()
            self.assertGreater(self.run_tests(server, "-*Thousand*:*Faults*"), 5)
            log = self.check_log(server)
            self.assertLess(len({entry["connection"] for entry in log}), len(log) / 5, "connections are not used again")
            self.assertEqual(server.client().list_multipart_uploads(Bucket=BUCKET).get("Uploads", []), [], "uploads were left behind")
            kinds = collections.Counter((entry["method"], "parts" if "uploadId" in entry["uri"] else "list" if "list-type=2" in entry["uri"] else "object")
                                        for entry in log)
            for kind in (("PUT", "object"), ("PUT", "parts"), ("POST", "parts"), ("GET", "list"), ("GET", "object"), ("HEAD", "object"), ("DELETE", "object")):
                self.assertGreater(kinds[kind], 0, kind)
            for entry in log:
                if entry["method"] == "PUT" and "uploadId" not in entry["uri"]:
                    self.assertEqual(entry["headers"].get("x-amz-server-side-encryption"), "AES256", entry["uri"])
                    self.assertIn("content-type", entry["headers"])

    def test_wall_by_host(self):
        with Wall() as server:
            server.make_bucket()
            server.clear()
            self.run_tests(server, "S3Live.*-*Thousand*:*Memory*:*Faults*", VIEWERATLAS_TEST_S3_ENDPOINT=server.virtual_url, VIEWERATLAS_TEST_S3_ADDRESSING="virtual")
            hosts = {entry["headers"]["host"].split(":")[0] for entry in self.check_log(server)}
            self.assertIn(f"{BUCKET}.localhost", hosts)
            self.assertTrue(all(host.endswith(".localhost") for host in hosts), hosts)

    def test_wall_over_tls(self):
        with Wall(tls=True) as server:
            server.make_bucket()
            self.run_tests(server, "S3Live.*-*Thousand*:*Memory*:*Mistakes*:*Faults*", VIEWERATLAS_TEST_S3_CA_FILE=server.ca_file)
            self.check_log(server)

    def test_another_region(self):
        with Wall(region="eu-central-1") as server:
            server.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
            self.run_tests(server, "*KeysOf*:*NotThere*", VIEWERATLAS_TEST_S3_REGION="eu-central-1")

    @unittest.skipIf(VersityGw.missing(), VersityGw.missing())
    def test_versitygw(self):
        with VersityGw() as server:
            server.make_bucket()
            self.assertGreater(self.run_tests(server, "-*Faults*", VIEWERATLAS_TEST_S3_LARGE_MB=LARGE_MB), 5)
            self.assertEqual(server.client().list_multipart_uploads(Bucket=BUCKET).get("Uploads", []), [], "uploads were left behind")

    def test_faults_lose_nothing(self):
        """Hundreds of requests go wrong, in every way and at any place; what was put is there, and one of many still makes an object."""
        with Wall() as server:
            server.make_bucket()
            self.run_tests(server, "*Faults*", VIEWERATLAS_TEST_S3_FAULTS="1")  # asks for its own, and clears the log
            total = collections.Counter()
            for seed, chosen, scale in ((1, "*KeysOf*:*OneOfMany*:*NotThere*", 8), (2, "*Parts*:*OneOfMany*:*KeysOf*", 5), (3, "*Thousand*", 1)):
                server.faults(*self.rules(scale), seed=seed)
                self.run_tests(server, chosen)
                total.update(server.num_faults())
            server.faults()
            self.assertGreaterEqual(sum(total.values()), 200, total)
            self.assertEqual(set(total), {rule["kind"] for rule in self.rules(1)}, total)
            self.assertEqual(server.client().list_multipart_uploads(Bucket=BUCKET).get("Uploads", []), [], "uploads were left behind")
            pages = [entry for entry in self.check_log(server) if "list-type=2" in entry["uri"] and "continuation-token=" in entry["uri"]]
            self.assertGreaterEqual(len(pages), 4, "5,000 keys need pages")

    @staticmethod
    def rules(scale):
        """Together some four per cent of all requests, times `scale`; a third of all attempts to finish an upload."""
        def one(kind, percent, **more):
            return {"kind": kind, "times": -1, "chance": percent * scale / 100, **more}
        return (one("error_in_200", 35 / scale, method="POST", match="uploadId="), one("status", 0.8), one("status", 0.5, status=500, code="InternalError"),
                one("status", 0.5, status=500, code="InternalError", after=True, method="PUT"), one("status", 0.3, status=400, code="RequestTimeout", method="PUT"),
                one("reset_request", 0.5), one("reset_response", 0.5), one("truncate", 0.5), one("close", 0.8), one("sleep", 0.3, seconds=0.05))


if __name__ == "__main__":
    if not pathlib.Path(TESTS).is_file():
        print("SKIPPED: VIEWERATLAS_TEST_S3_LIVE names no program; this build is without S3", file=sys.stderr)
        sys.exit(77)
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
