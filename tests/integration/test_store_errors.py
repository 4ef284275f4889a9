"""What is wrong with a store is told in one clear line, with exit code 1, in under ten seconds."""
import json
import pathlib
import shutil
import socket
import sys
import tempfile
import time
import unittest

from program import clean_environment, run
from s3_servers import BUCKET, Wall

MOST_SECONDS = 10
COMMANDS = {
    "analyze": ("analyze", "--output-dir=out"),
    "simulate": ("simulate", "--channels=5", "--viewers=20", "--communities=1", "--days=1", "--bots=0"),
    "collect": ("collect", "--channels=somebody", "--mode=anonymous", "--irc-host=127.0.0.1", "--irc-port=1", "--private-dir=private"),
    "compact": ("compact", "--private-dir=private"),
    "storage": ("storage", "list"),
    "purge": ("purge", "--older-than=30"),
    "forget": ("forget", "somebody", "--private-dir=private"),
}


class StoreErrors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wall = Wall(region="eu-central-1")
        # Only in us-east-1 may the region stay unsaid.
        cls.wall.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cls.wall.region})
        cls.commands = {name: words for name, words in COMMANDS.items() if run(name, "--help", cwd="/").returncode == 0}

    @classmethod
    def tearDownClass(cls):
        cls.wall.stop()

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vieweratlas-store-errors-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def refuses(self, expected, bucket=BUCKET, identity=None, **environment):
        """Each command says one line with all of `expected` in it."""
        env = clean_environment(**{**self.wall.environment(identity), "XDG_CACHE_HOME": str(self.folder / "cache"), **environment})
        for name, words in self.commands.items():
            with self.subTest(name):
                begin = time.monotonic()
                done = run(*words, "--storage=s3", "--s3-bucket", bucket, "--quiet", cwd=self.folder, env=env)
                seconds = time.monotonic() - begin
                self.assertEqual(done.returncode, 1, done.stderr)
                lines = [line for line in done.stderr.splitlines() if line.startswith("vieweratlas: ")]
                self.assertEqual(len(lines), 1, done.stderr)
                for part in expected:
                    self.assertRegex(lines[0], part)
                self.assertLess(seconds, MOST_SECONDS)
                self.assertNotIn(self.wall.secret_access_key, done.stdout + done.stderr)

    def test_access_denied(self):
        nobody = self.wall.user({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}, name="nobody")
        self.refuses([BUCKET, "(?i)denied|permission|may not|not allowed"], identity=nobody)

    def test_a_record_that_is_refused_is_no_success(self):
        """What was done to people's data is on record, or the command says in one line that it is not."""
        self.wall.put("vieweratlas/raw/snapshots/2020/01/01/old_20200101_000000.json", b'{"channel":"a","chatters":["somebody"]}')
        allow = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        deny = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/vieweratlas/state/audit/*"}
        env = clean_environment(**self.wall.environment(self.wall.user({"Statement": [allow, deny]}, name="unaudited")),
                                XDG_CACHE_HOME=str(self.folder / "cache"))
        for words, done_before in ((COMMANDS["forget"], "forgotten"), (COMMANDS["purge"], "removed")):
            done = run(*words, "--json", "--storage=s3", "--s3-bucket", BUCKET, "--quiet", cwd=self.folder, env=env)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            report, _ = json.JSONDecoder().raw_decode(done.stdout)
            self.assertEqual((report["status"], report["logged"]), ("incomplete", False))
            lines = done.stderr.strip().splitlines()
            self.assertEqual(len(lines), 1, done.stderr)
            self.assertRegex(lines[0], f"{done_before}, but the audit log has no record of it.*state/audit")
        self.assertEqual(self.wall.keys("vieweratlas/raw/"), [])

    def test_no_such_bucket(self):
        self.refuses(["no-such-bucket", "(?i)bucket"], bucket="no-such-bucket")

    def test_wrong_region(self):
        self.refuses(["(?i)region", "eu-central-1"], AWS_REGION="us-west-2")

    def test_unknown_key_and_expired_token(self):
        self.refuses(["(?i)key"], identity={"access_key_id": "AKIAXXXXXXXXXXXXXXXX", "secret_access_key": "x" * 40})
        role = self.wall.role(name="short")
        self.wall.expire(role)
        self.refuses(["(?i)expired"], identity=role)

    def test_nobody_listens(self):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        self.refuses([str(port), "(?i)connect|refused|reach"], AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{port}")

    def test_a_server_that_says_nothing(self):
        with socket.socket() as hole:
            hole.bind(("127.0.0.1", 0))
            hole.listen(64)
            self.refuses([str(hole.getsockname()[1])], AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{hole.getsockname()[1]}")

    def test_a_server_that_speaks_tls_alone(self):
        with Wall(tls=True) as other:
            self.refuses([str(other.port)], AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{other.port}")

    def test_a_server_that_speaks_no_tls(self):
        self.refuses(["speaks https", str(self.wall.port)], AWS_ENDPOINT_URL_S3=f"https://127.0.0.1:{self.wall.port}")

    def test_storage_commands(self):
        (self.folder / "in").write_bytes(b"content")
        commands = {"get": ("storage", "get", "a.json", "out"), "put": ("storage", "put", "in", "a.json"),
                    "export": ("storage", "export", "--to", "copy"), "import": ("storage", "import", "--from", "folder")}
        (self.folder / "folder").mkdir()
        (self.folder / "folder" / "a.json").write_bytes(b"{}")
        self.commands = commands
        self.refuses(["(?i)region", "eu-central-1"], AWS_REGION="us-west-2")
        self.refuses(["no-such-bucket", "(?i)bucket"], bucket="no-such-bucket")
        with socket.socket() as hole:
            hole.bind(("127.0.0.1", 0))
            hole.listen(64)
            self.refuses([str(hole.getsockname()[1])], AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{hole.getsockname()[1]}")
        self.assertFalse((self.folder / "out").exists())

    def test_a_name_without_address(self):
        self.refuses(["nowhere.invalid"], AWS_ENDPOINT_URL_S3="http://nowhere.invalid:9000")

    def test_a_certificate_that_is_not_trusted(self):
        with Wall(tls=True) as other:
            self.refuses(["(?i)certificate"], AWS_ENDPOINT_URL_S3=other.url)

    def test_no_credentials(self):
        self.refuses(["(?i)credentials"], AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")


class Profiles(unittest.TestCase):
    """A profile alone says who, where and by which certificates."""

    def test_says_everything(self):
        with Wall(region="eu-central-1", tls=True) as wall, tempfile.TemporaryDirectory(prefix="vieweratlas-profiles-") as folder:
            wall.client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": wall.region})
            home = pathlib.Path(folder)
            (home / ".aws").mkdir()
            (home / ".aws" / "credentials").write_text(
                f"[work]\naws_access_key_id={wall.access_key_id}\naws_secret_access_key={wall.secret_access_key}\n")
            config = (f"[profile work]\nregion={wall.region}\nca_bundle={wall.ca_file}\nservices=local\nendpoint_url=http://127.0.0.1:1\n"
                      f"[services local]\ns3 =\n  endpoint_url = {wall.url}\n")
            (home / ".aws" / "config").write_text(config)
            (home / "in").write_text("content")

            def storage(*words, **environment):
                return run("storage", *words, "--storage=s3", "--s3-bucket", BUCKET, cwd=home,
                           env=clean_environment(HOME=folder, AWS_PROFILE="work", AWS_EC2_METADATA_DISABLED="true", **environment))
            done = storage("put", "in", "a.json")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(wall.get("vieweratlas/a.json"), b"content")
            self.assertIn("set s3_region to eu-central-1", storage("list", AWS_REGION="us-west-2").stderr)
            self.assertIn("127.0.0.1:2", storage("list", AWS_ENDPOINT_URL_S3="https://127.0.0.1:2").stderr)
            (home / ".aws" / "config").write_text(config.replace("[services local]", "[services other]"))
            nowhere = storage("list")
            self.assertEqual(nowhere.returncode, 2, nowhere.stderr)
            self.assertIn("[services local]", nowhere.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv, verbosity=2)
