"""What an operator reads when S3 refuses: one clear line with place and remedy, exit code 1, soon."""
import socket

from lakes import LakeTest, Timed, policy, statement
from program import main, run
from s3_servers import Wall

SOON_S = 10


class Refused(LakeTest):
    def setUp(self):
        super().setUp()
        self.upload_world("raw/")

    def refused(self, *needed, words=("analyze",), identity=None, env=None):
        """The one line of the error, which says all of `needed`."""
        with Timed() as timed:
            done = run(*self.words(*words), cwd=self.folder, env=env or self.environment(identity))
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertLess(timed.seconds, SOON_S)
        self.assert_no_secrets(done.stdout + done.stderr, identity)
        lines = [line for line in done.stderr.splitlines() if line.startswith("vieweratlas: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        for text in needed:
            self.assertIn(text.lower(), lines[0].lower())
        self.assertNotIn("<?xml", done.stderr)
        return lines[0]

    def test_access_denied(self):
        self.refused("s3:ListBucket", self.bucket, identity=self.server.role(policy(statement("s3:GetObject", self.bucket, "*"))))

    def test_reading_denied(self):
        self.refused("s3:GetObject", self.bucket, identity=self.server.role(policy(
            statement("s3:ListBucket", self.bucket, prefixes=("*",)), statement("s3:PutObject", self.bucket, "outputs/*", "processed/*"))))

    def test_no_such_bucket(self):
        self.bucket = "no-such-bucket"
        self.refused("no-such-bucket", "bucket")

    def test_wrong_secret(self):
        self.refused("AWS_SECRET_ACCESS_KEY", env=self.environment(AWS_SECRET_ACCESS_KEY="x" * 40))

    def test_unknown_key(self):
        self.refused("AKIAUNKNOWNUNKNOWN00", env=self.environment(AWS_ACCESS_KEY_ID="AKIAUNKNOWNUNKNOWN00"))

    def test_expired_token(self):
        role = self.server.role()
        self.server.expire(role)
        self.refused("expired", identity=role)

    def test_no_credentials(self):
        env = {name: value for name, value in self.environment().items() if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        self.refused("credentials", "AWS_ACCESS_KEY_ID", env=env)

    def test_unreachable(self):
        with socket.socket() as closed:  # bound, but nobody listens
            closed.bind(("127.0.0.1", 0))
            self.refused(f"127.0.0.1:{closed.getsockname()[1]}", env=self.environment(AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{closed.getsockname()[1]}"))

    def test_unknown_host(self):
        self.refused("nowhere.invalid", env=self.environment(AWS_ENDPOINT_URL_S3="http://nowhere.invalid:9"))

    def test_untrusted_certificate(self):
        with Wall(tls=True) as server:
            server.make_bucket(self.bucket)
            self.refused("certificate", env=self.environment(**server.environment()))

    def test_writing_denied(self):
        role = self.server.role(policy(statement("s3:GetObject", self.bucket, "raw/*", "curated/*", "outputs/*", "processed/*", "state/*"),
                                       statement("s3:ListBucket", self.bucket, prefixes=("*",))))
        self.refused("s3:PutObject", self.bucket, identity=role)
        self.assertEqual(self.keys("outputs/") + self.keys("processed/"), [])


class WrongRegion(LakeTest):
    def test_names_both_regions(self):
        with Wall(region="eu-west-1") as server:
            server.client().create_bucket(Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            with Timed() as timed:
                done = run(*self.words("analyze"), cwd=self.folder, env=self.environment(**{**server.environment(), "AWS_REGION": "us-east-1"}))
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertLess(timed.seconds, SOON_S)
        lines = [line for line in done.stderr.splitlines() if line.startswith("vieweratlas: ")]
        self.assertEqual(len(lines), 1, done.stderr)
        for text in ("us-east-1", "eu-west-1", self.bucket):
            self.assertIn(text, lines[0])


if __name__ == "__main__":
    main()
