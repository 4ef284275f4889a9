"""What the tests of stores share: the real program with a bucket on a server of the test's own, roles as a deployment has them, and looks at the server's log."""
import itertools
import json
import pathlib

from program import ProgramTest, clean_environment, run
from s3_servers import Wall

PREFIX = "vieweratlas/"
numbers = itertools.count(1)


def statement(actions, bucket, *folders, prefixes=()):
    """One of a policy: on folders below the prefix, or (`prefixes`) listing with those."""
    made = {"Effect": "Allow", "Action": actions, "Resource": [f"arn:aws:s3:::{bucket}/{PREFIX}{folder}" for folder in folders]}
    if prefixes:
        made["Resource"] = f"arn:aws:s3:::{bucket}"
        made["Condition"] = {"StringLike": {"s3:prefix": [f"{PREFIX}{prefix}" for prefix in prefixes]}}
    return made


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def collector_policy(bucket):
    """Rounds go in and state is kept; nothing that was collected can be read back, and nothing be deleted."""
    return policy(statement(["s3:PutObject", "s3:AbortMultipartUpload"], bucket, "raw/*"), statement(["s3:GetObject", "s3:PutObject"], bucket, "state/*"),
                  statement("s3:GetObject", bucket, "config/*"), statement("s3:ListBucket", bucket, prefixes=("raw/*", "state/*")))


def compaction_policy(bucket):
    return policy(statement("s3:GetObject", bucket, "raw/*", "curated/*"), statement(["s3:GetObject", "s3:PutObject"], bucket, "state/*"),
                  statement(["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"], bucket, "curated/*"),
                  statement("s3:DeleteObject", bucket, "state/compact/*"),
                  statement("s3:ListBucket", bucket, prefixes=("raw/*", "curated/*", "state/*")))


def analysis_policy(bucket):
    return policy(statement("s3:GetObject", bucket, "raw/*", "curated/*", "config/*", "state/forgotten.json"),
                  statement(["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], bucket, "processed/*", "outputs/*"),
                  statement("s3:PutObject", bucket, "state/audit/*"),
                  statement("s3:ListBucket", bucket, prefixes=("raw/*", "curated/*", "processed/*", "outputs/*", "state/*")))


class LakeTest(ProgramTest):
    """Each test has a bucket of its own on the class's wall, and `world`, a folder of simulated logs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Wall()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.server.faults()
        self.bucket = self.server.make_bucket(f"lake-{next(numbers)}")
        self.server.clear()

    def environment(self, identity=None, **more):
        return clean_environment(**{"HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache"), **self.server.environment(identity), **more})

    def words(self, *words):
        return [words[0], "--storage", "s3", "--s3-bucket", self.bucket, *words[1:]]

    def s3(self, *words, code=0, identity=None, env=None):
        """A command on the bucket; nobody's keys may be in what it says."""
        done = run(*self.words(*words), cwd=self.folder, env=env or self.environment(identity))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assert_no_secrets(done.stdout + done.stderr, identity)
        return done

    def assert_no_secrets(self, text, identity=None):
        for secret in (self.server.secret_access_key, (identity or {}).get("secret_access_key"), (identity or {}).get("session_token")):
            self.assertTrue(not secret or secret not in text, "a secret was said")

    def keys(self, prefix=""):
        return [key[len(PREFIX):] for key in self.server.keys(PREFIX + prefix, self.bucket)]

    def get(self, key):
        return self.server.get(PREFIX + key, self.bucket)

    def upload_world(self, folder="raw/"):
        """The world's logs as the objects that a collector would have made of them."""
        self.server.upload(self.world / "raw" if (self.world / "raw").exists() else self.world, PREFIX + folder, self.bucket)
        self.server.clear()

    def download(self, prefix, folder):
        self.server.download(PREFIX + prefix, folder, self.bucket)

    def log(self, **wanted):
        """The program's requests since the last clear(), such as method="GET"; HeadBucket is never asked."""
        entries = [entry for entry in self.server.log() if not entry["headers"].get("user-agent", "").startswith("Boto3")]
        self.assertEqual([entry["uri"] for entry in entries if entry["method"] == "HEAD" and entry["key"] is None], [], "HeadBucket")
        return [entry for entry in entries if all(entry.get(name) == value for name, value in wanted.items())]

    def fetched(self):
        """Keys whose bytes were asked for."""
        return [entry["key"][len(PREFIX):] for entry in self.log(method="GET") if entry["key"]]

    def latest(self):
        return json.loads(self.get("outputs/latest.json"))


def files_below(folder):
    folder = pathlib.Path(folder)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
