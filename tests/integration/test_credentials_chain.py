"""Where AWS credentials come from, with servers at the very addresses that ECS, EKS and EC2 use.

The test makes a network namespace of its own, so that those addresses are this machine's and nothing beyond it can be reached.
"""
import datetime
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SHOW = os.environ.get("VIEWERATLAS_SHOW_CREDENTIALS", "show_credentials")
INSIDE = "VIEWERATLAS_INSIDE_NAMESPACE"
TASK, POD, POD6, INSTANCE = "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "169.254.169.254"


def enter_namespace():
    """Runs this file again in a network of its own; skips where that is not allowed."""
    unshare, ip = shutil.which("unshare"), shutil.which("ip", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not unshare or not ip:
        print("SKIPPED: unshare and ip are needed to make a network namespace")
        sys.exit(77)
    flags = ["-n"] if os.geteuid() == 0 else ["-r", "-n"]
    if subprocess.run([unshare, *flags, "true"], capture_output=True, check=False).returncode != 0:
        print("SKIPPED: this machine does not let us make a network namespace")
        sys.exit(77)
    os.execvpe(unshare, [unshare, *flags, sys.executable, "-B", *sys.argv], {**os.environ, INSIDE: ip})


def ip(*words):
    subprocess.run([os.environ[INSIDE], *words], check=True, capture_output=True)


def later(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def keys(name, seconds=3600, token="Token"):
    return {"AccessKeyId": name, "SecretAccessKey": "the-secret", token: "the-session", "Expiration": later(seconds)}


class Server:
    """Answers at one address with `play(method, path, headers, body)`, which returns (status, text) or a dict for JSON."""

    def __init__(self, address, play, port=80):
        self.requests, server = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                server.requests.append((self.command, self.path, dict(self.headers), body))
                result = play(self.command, self.path, self.headers, body)
                status, text = result if isinstance(result, tuple) else (200, json.dumps(result))
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_PUT = do_POST = answer

            def log_message(self, *_):
                pass

        class Listener(http.server.ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

        self.listener = Listener((address, port), Handler)
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()


class CredentialsChain(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        ip("link", "set", "lo", "up")
        for address in (TASK, POD, INSTANCE):
            ip("addr", "add", address + "/32", "dev", "lo")
        ip("-6", "addr", "add", POD6 + "/128", "dev", "lo", "nodad")

    def setUp(self):
        self.home = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.home / ".aws").mkdir()

    def file(self, name, text):
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def show(self, *offsets, **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.home), "AWS_EC2_METADATA_DISABLED": "true",
                       **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}, **variables}
        begin = time.monotonic()
        result = subprocess.run([SHOW, *map(str, offsets)], env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.seconds = time.monotonic() - begin
        for secret in ("the-secret", "the-session", "the-token", "the-web-token", "sso-token"):
            self.assertNotIn(secret, result.stdout + result.stderr)
        return result

    def finds(self, expected, *offsets, **variables):
        result = self.show(*offsets, **variables)
        self.assertEqual((result.stdout.splitlines(), result.stderr), ([expected] if isinstance(expected, str) else expected, ""))

    def fails(self, *parts, **variables):
        result = self.show(**variables)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for part in parts:
            self.assertIn(part, result.stderr)

    def test_environment(self):
        self.finds("AKIAENV from the environment (AWS_ACCESS_KEY_ID)", AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY="the-secret")

    def test_profile_and_process(self):
        answer = self.file("answer.json", json.dumps({"Version": 1, **keys("ASIAPROCESS", token="SessionToken")}))
        self.file(".aws/credentials", "[default]\naws_access_key_id=AKIAFILE\naws_secret_access_key=the-secret\n")
        self.file(".aws/config", f"[profile tool]\ncredential_process = cat '{answer}'\n[profile slow]\ncredential_process = sleep 60\n")
        self.finds("AKIAFILE from the AWS profile default")
        self.finds("ASIAPROCESS from credential_process of the AWS profile tool", AWS_PROFILE="tool")
        self.fails("credential_process gave no answer", AWS_PROFILE="slow")
        self.assertLess(self.seconds, 8)

    def test_web_identity_and_role(self):
        token = self.file("token", "the-web-token")
        answer = ("<R><Result><Credentials><AccessKeyId>ASIASTS</AccessKeyId><SecretAccessKey>the-secret</SecretAccessKey><SessionToken>"
                  f"the-session</SessionToken><Expiration>{later(3600)}</Expiration></Credentials></Result></R>")

        def play(_method, _path, headers, body):
            if "WebIdentityToken=the-web-token" in body or "AWS4-HMAC-SHA256 Credential=AKIAFILE/" in headers.get("Authorization", ""):
                return 200, answer
            return 403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not you</Message></Error></ErrorResponse>"

        role = "arn:aws:iam::123456789012:role/r"
        self.file(".aws/config", f"[profile work]\nrole_arn={role}\nsource_profile=base\n[profile base]\naws_access_key_id=AKIAFILE\n"
                                 f"aws_secret_access_key=the-secret\n[profile other]\nrole_arn={role}\nsource_profile=thief\n"
                                 "[profile thief]\naws_access_key_id=AKIATHIEF\naws_secret_access_key=the-secret\n")
        with Server("127.0.0.1", play, port=0) as sts:
            endpoint = f"http://127.0.0.1:{sts.port}"
            self.finds(f"ASIASTS from the role {role}", AWS_WEB_IDENTITY_TOKEN_FILE=token, AWS_ROLE_ARN=role, AWS_ENDPOINT_URL_STS=endpoint)
            self.finds(f"ASIASTS from the role {role}", AWS_PROFILE="work", AWS_ENDPOINT_URL=endpoint)
            self.fails("AccessDenied: Not you", AWS_PROFILE="other", AWS_ENDPOINT_URL_STS=endpoint)
        self.fails("127.0.0.1", "unavailable", AWS_WEB_IDENTITY_TOKEN_FILE=token, AWS_ROLE_ARN=role, AWS_ENDPOINT_URL_STS=endpoint)

    def test_sso(self):
        self.file(".aws/config", "[default]\nsso_session=corp\nsso_account_id=1\nsso_role_name=r\n[sso-session corp]\nsso_region=eu-west-1\n")
        cache = ".aws/sso/cache/" + hashlib.sha1(b"corp").hexdigest() + ".json"
        self.file(cache, json.dumps({"accessToken": "sso-token", "expiresAt": later(600)}))
        answer = {"roleCredentials": {"accessKeyId": "ASIASSO", "secretAccessKey": "the-secret", "sessionToken": "the-session",
                                      "expiration": int((time.time() + 3600) * 1000)}}
        with Server("127.0.0.1", lambda *_: answer, port=0) as sso:
            self.finds("ASIASSO from the SSO role r of the AWS profile default", AWS_ENDPOINT_URL_SSO=f"http://127.0.0.1:{sso.port}")
            self.assertEqual(sso.requests[0][2]["x-amz-sso_bearer_token"], "sso-token")
        self.file(cache, json.dumps({"accessToken": "sso-token", "expiresAt": later(-600)}))
        self.fails("the SSO session of the AWS profile default expired at", "run `aws sso login --profile default`")

    def test_task_of_ecs(self):
        with Server(TASK, lambda _m, path, *_: keys("ASIATASK") if path == "/v2/credentials/1" else (404, "{}")):
            self.finds(f"ASIATASK from the container endpoint http://{TASK}/v2/credentials/1",
                       AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/v2/credentials/1", http_proxy="http://127.0.0.1:1")
            self.fails("answered 404", AWS_CONTAINER_CREDENTIALS_RELATIVE_URI="/v2/credentials/2")

    def test_pod_of_eks(self):
        token = self.file("token", "the-token")
        play = lambda _m, _p, headers, _b: keys("ASIAPOD") if headers["Authorization"] == "the-token" else (401, '{"message":"who?"}')
        with Server(POD, play), Server(POD6, play), Server("127.0.0.1", play, port=0) as local:
            for host in (POD, f"[{POD6}]", f"127.0.0.1:{local.port}"):
                url = f"http://{host}/v1/credentials"
                self.finds(f"ASIAPOD from the container endpoint {url}", AWS_CONTAINER_CREDENTIALS_FULL_URI=url,
                           AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=token)
                self.finds(f"ASIAPOD from the container endpoint {url}", AWS_CONTAINER_CREDENTIALS_FULL_URI=url,
                           AWS_CONTAINER_AUTHORIZATION_TOKEN="the-token")
                self.fails("answered 401 (who?)", AWS_CONTAINER_CREDENTIALS_FULL_URI=url)

    def instance(self, answers):
        def play(method, path, headers, _body):
            if (method, path) == ("PUT", "/latest/api/token"):
                return (200, "imds-token") if "X-aws-ec2-metadata-token-ttl-seconds".lower() in map(str.lower, headers) else (400, "")
            if headers.get("x-aws-ec2-metadata-token") != "imds-token":
                return 401, ""
            role = "/latest/meta-data/iam/security-credentials/"
            return (200, "the-role") if path == role else answers() if path == role + "the-role" else (404, "")
        return Server(INSTANCE, play)

    def test_instance_of_ec2(self):
        with self.instance(lambda: keys("ASIAEC2")) as server:
            self.finds("ASIAEC2 from the instance's role the-role", AWS_EC2_METADATA_DISABLED="false")
            self.assertEqual([method for method, *_ in server.requests], ["PUT", "GET", "GET"])
        with Server(INSTANCE, lambda *_: (403, "")) as server:  # version 2 is off: version 1 would be answered by anybody
            self.fails("gave no token (HTTP 403)", AWS_EC2_METADATA_DISABLED="")
            self.assertEqual([method for method, *_ in server.requests], ["PUT"])

    def test_renewed_in_time(self):
        numbers = iter(range(1, 100))
        with self.instance(lambda: keys(f"ASIA{next(numbers)}", seconds=1000)):
            of_role = " from the instance's role the-role"
            self.finds([key + of_role for key in ("ASIA1", "ASIA1", "ASIA2", "ASIA2")], 0, 690, 710, 720, AWS_EC2_METADATA_DISABLED="")

    def test_nothing_there(self):
        """Packets to the metadata service vanish, as outside of EC2: nobody is there who could refuse them."""
        with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            deaf.bind((INSTANCE, 80))
            deaf.listen(0)  # one connection waits to be accepted, and is not; further ones are dropped without a word
            for waiting in (first, second):
                waiting.setblocking(False)
                waiting.connect_ex((INSTANCE, 80))
            self.fails("denied: no AWS credentials: looked in environment (AWS_ACCESS_KEY_ID is not set), web identity (",
                       "profile files (", "container (", f"EC2 instance (http://{INSTANCE} does not answer", AWS_EC2_METADATA_DISABLED="")
            self.assertLess(self.seconds, 8)
            self.assertGreater(self.seconds, 1.5, "the packets were refused, so that nothing was waited for")

    def test_nobody_listens(self):
        self.fails(f"EC2 instance (http://{INSTANCE} does not answer", AWS_EC2_METADATA_DISABLED="")
        self.assertLess(self.seconds, 4)


if __name__ == "__main__":
    if INSIDE not in os.environ:
        enter_namespace()
    unittest.main()
