"""S3 services for tests, each on a port of the kernel's choice: the strict wall before moto, and versitygw, which others wrote.

Both have `url`, `region`, `access_key_id`, `secret_access_key`, `environment(...)` for programs, `client()` and `make_bucket()`, and are
used in `with` statements. tests/support/README.md says what the wall can do. Needs boto3: register tests with with_test_python.py."""
import functools
import json
import os
import pathlib
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import boto3
import botocore.config
import botocore.exceptions

SUPPORT = pathlib.Path(__file__).resolve().parent.parent / "support"
sys.path.insert(0, str(SUPPORT))
import test_environment  # noqa: E402  pylint: disable=wrong-import-position

VERSITYGW = os.environ.get("VIEWERATLAS_VERSITYGW") or str(test_environment.server_path())
BUCKET = "lake"


class Server:
    """What both have in common."""
    region = "us-east-1"
    folder = pathlib.Path()
    url = access_key_id = secret_access_key = ca_file = ""

    def environment(self, identity=None):
        """What tells a program where the service is and who it is; nothing else of the machine's configuration counts."""
        who = identity or {"access_key_id": self.access_key_id, "secret_access_key": self.secret_access_key}
        values = {"AWS_ENDPOINT_URL_S3": self.url, "AWS_REGION": self.region, "AWS_ACCESS_KEY_ID": who["access_key_id"],
                  "AWS_SECRET_ACCESS_KEY": who["secret_access_key"], "AWS_EC2_METADATA_DISABLED": "true",
                  "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
        if who.get("session_token"):
            values["AWS_SESSION_TOKEN"] = who["session_token"]
        return values

    def client_of(self, identity, attempts=1):
        """boto3's client with keys such as Wall.user() and Wall.role() give."""
        config = botocore.config.Config(retries={"total_max_attempts": attempts}, s3={"addressing_style": "path"}, max_pool_connections=32,
                                        request_checksum_calculation="when_required")
        return boto3.client("s3", endpoint_url=self.url, region_name=self.region, aws_access_key_id=identity["access_key_id"],
                            aws_secret_access_key=identity["secret_access_key"], aws_session_token=identity.get("session_token") or None,
                            config=config, verify=self.ca_file or None)

    @functools.lru_cache(maxsize=None)  # pylint: disable=method-cache-max-size-none
    def client(self, attempts=1):
        """boto3's client of the administrator."""
        return self.client_of({"access_key_id": self.access_key_id, "secret_access_key": self.secret_access_key}, attempts)

    def make_bucket(self, name=BUCKET):
        self.client().create_bucket(Bucket=name)
        return name

    def keys(self, prefix="", bucket=BUCKET):
        """All keys, in order."""
        pages = self.client().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", [])]

    def get(self, key, bucket=BUCKET):
        return self.client().get_object(Bucket=bucket, Key=key)["Body"].read()

    def put(self, key, body, bucket=BUCKET):
        self.client().put_object(Bucket=bucket, Key=key, Body=body)

    def download(self, prefix, folder, bucket=BUCKET):
        """All objects below `prefix` as files below `folder`, named by what follows the prefix."""
        for key in self.keys(prefix, bucket):
            path = pathlib.Path(folder) / key[len(prefix):]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.get(key, bucket))

    def upload(self, folder, prefix, bucket=BUCKET):
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.is_file():
                self.put(prefix + path.relative_to(folder).as_posix(), path.read_bytes(), bucket)

    def make_certificate(self):
        """For localhost and what is below it, in `folder`; sets `ca_file`, which trusts it."""
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                        certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:*.localhost"],
                       check=True, capture_output=True, timeout=60)
        self.ca_file = str(certificate)
        return certificate, key

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        raise NotImplementedError


class Wall(Server):
    """moto behind a wall that checks signatures and rights as S3 does. `tls`: over https, with `ca_file` to trust."""

    def __init__(self, region="us-east-1", tls=False):
        self.region = region
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vieweratlas-wall-"))
        words = [sys.executable, "-B", str(SUPPORT / "s3wall"), "--region", region]
        if tls:
            words += ["--tls", *map(str, self.make_certificate())]
        self.errors = open(self.folder / "stderr", "w+", encoding="utf-8")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True,
                                        env={**os.environ, "TMPDIR": str(self.folder)})
        ready = self.process.stdout.readline()
        if not ready:
            self.process.wait()
            self.errors.seek(0)
            raise AssertionError("the wall did not start: " + self.errors.read())
        told = json.loads(ready)
        self.port = told["port"]
        self.access_key_id, self.secret_access_key = told["access_key_id"], told["secret_access_key"]
        self.url = f"http{'s' if tls else ''}://{'localhost' if tls else '127.0.0.1'}:{self.port}"
        self.virtual_url = f"http{'s' if tls else ''}://localhost:{self.port}"  # for bucket.localhost, which libcurl resolves by itself

    def control(self, verb, **words):
        request = urllib.request.Request(f"{self.url}/_test/{verb}", json.dumps(words).encode(), method="POST")
        context = None
        if self.ca_file:
            import ssl  # pylint: disable=import-outside-toplevel
            context = ssl.create_default_context(cafile=self.ca_file)
        try:
            with urllib.request.urlopen(request, timeout=30, context=context) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"the wall does not know {verb} {words}: {error.read().decode()}") from error

    def faults(self, *rules, seed=1):
        """What goes wrong from here on (s3wall/faults.py); nothing without rules."""
        self.control("faults", rules=rules, seed=seed)

    def num_faults(self):
        """How many of each kind were given since faults()."""
        return self.control("log")["faults"]

    def log(self):
        """Each request since clear(): method, uri, bucket, key, connection, access_key_id, status, code, fault, headers, bytes_in, bytes_out."""
        return self.control("log")["requests"]

    def clear(self):
        self.control("clear")

    def user(self, policy=None, name="user", expires_in=None):
        """Keys of a new user who may do what `policy` says; anything without."""
        return self.control("identity", name=name, policy=policy, expires_in=expires_in)

    def role(self, policy=None, name="role", expires_in=None):
        """Keys and token of an assumed role."""
        return self.control("identity", name=name, policy=policy, session=True, expires_in=expires_in)

    def expire(self, identity):
        self.control("expire", access_key_id=identity["access_key_id"])

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        self.errors.seek(0)
        said = self.errors.read()
        self.errors.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if code != 0:
            raise AssertionError(f"the wall ended with {code}: {said}")


def listening_port(pid):
    """The TCP port that a process listens on, or None: the kernel chose it, and the program does not say."""
    inodes = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(descriptor)
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    for line in pathlib.Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and words[9] in inodes:
            return int(words[1].rsplit(":", 1)[1], 16)
    return None


def keeps_attributes(folder):
    try:
        os.setxattr(folder, "user.vieweratlas", b"1")
        return True
    except OSError:
        return False


class VersityGw(Server):
    """The S3 server of others over a folder. `missing()` says why there is none. `tls`: over https, with `ca_file` to trust."""

    @staticmethod
    def missing():
        return "" if os.path.exists(VERSITYGW) else "versitygw is not there; ./dev setup test builds it where Go 1.25 and a network are"

    def __init__(self, region="us-east-1", tls=False):
        self.region = region
        self.access_key_id, self.secret_access_key = "AKIA" + secrets.token_hex(8).upper(), secrets.token_urlsafe(30)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="vieweratlas-versitygw-"))
        for name in ("data", "sidecar", "iam"):
            (self.folder / name).mkdir()
        encryption = []
        if tls:
            certificate, key = self.make_certificate()
            encryption = ["--cert", str(certificate), "--key", str(key)]
        self.said = open(self.folder / "log", "w+", encoding="utf-8")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(
            [VERSITYGW, "--port", "127.0.0.1:0", "--region", region, "--keep-alive", *encryption, "--iam-dir", str(self.folder / "iam"), "posix",
             *([] if keeps_attributes(self.folder) else ["--sidecar", str(self.folder / "sidecar")]), str(self.folder / "data")],
            stdin=subprocess.DEVNULL, stdout=self.said, stderr=self.said,
            env={"PATH": os.environ["PATH"], "ROOT_ACCESS_KEY_ID": self.access_key_id, "ROOT_SECRET_ACCESS_KEY": self.secret_access_key})
        end = time.monotonic() + 20
        while not (port := self.process.poll() is None and listening_port(self.process.pid)):
            if self.process.poll() is not None or time.monotonic() > end:
                self.said.seek(0)
                text = self.said.read()
                self.process.kill()
                raise AssertionError(f"versitygw did not start: {text}")
            time.sleep(0.05)
        self.port = port
        self.url = f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}"
        self.wait_until_it_answers(end)

    def wait_until_it_answers(self, end):
        while True:
            try:
                self.client().list_buckets()
                return
            except (botocore.exceptions.EndpointConnectionError, botocore.exceptions.ConnectionClosedError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)
        self.said.close()
        shutil.rmtree(self.folder, ignore_errors=True)
