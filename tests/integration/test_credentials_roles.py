"""A profile's role asked for at a security token service that checks the signature with Amazon's Python signer."""
import http.server
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest

import botocore.auth
import botocore.awsrequest
import botocore.credentials

SHOW = os.environ.get("VIEWERATLAS_SHOW_CREDENTIALS", "show_credentials")
ROLE = "arn:aws:iam::123456789012:role/analysis"
KEY, SECRET = "AKIAROLETEST", "the/secret+of=base"
ANSWER = ("<R><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
          "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></R>")
REFUSAL = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Not yours</Message></Error></ErrorResponse>"


def is_signed(url, headers, body):
    """Whether the request carries the signature that botocore would give it."""
    found = re.fullmatch(rf"AWS4-HMAC-SHA256 Credential={KEY}/\d{{8}}/eu-west-1/sts/aws4_request, SignedHeaders=([a-z0-9;-]+), "
                         r"Signature=([0-9a-f]{64})", headers["authorization"])
    if not found or not {"host", "x-amz-date"} <= set(found[1].split(";")):
        return False
    request = botocore.awsrequest.AWSRequest(method="POST", url=url, data=body, headers={name: headers[name] for name in found[1].split(";")})
    request.context["timestamp"] = headers["x-amz-date"]
    signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(KEY, SECRET), "sts", "eu-west-1")
    return signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request) == found[2]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["content-length"]))
        good = is_signed(f"http://{self.headers['host']}{self.path}", self.headers, body)
        text = (ANSWER if good else REFUSAL).encode()
        self.send_response(200 if good else 403)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class Roles(unittest.TestCase):
    def setUp(self):
        self.service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.service.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.addCleanup(self.service.server_close)
        self.addCleanup(self.service.shutdown)

    def show(self, secret):
        with tempfile.TemporaryDirectory() as home:
            (pathlib.Path(home) / ".aws").mkdir()
            (pathlib.Path(home) / ".aws/config").write_text(
                f"[profile work]\nrole_arn={ROLE}\nsource_profile=base\nrole_session_name=run 7 + 1\nregion=eu-west-1\n"
                f"[profile base]\naws_access_key_id={KEY}\naws_secret_access_key={secret}\n", encoding="utf-8")
            environment = {"PATH": os.environ["PATH"], "HOME": home, "AWS_PROFILE": "work",
                           "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{self.service.server_port}",
                           **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}
            done = subprocess.run([SHOW], env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.assertNotIn(secret, done.stdout + done.stderr)
        return done

    def test_the_right_key_gets_the_role(self):
        done = self.show(SECRET)
        self.assertEqual((done.stdout, done.stderr), (f"ASIAROLE from the role {ROLE}\n", ""))

    def test_a_wrong_key_is_told_so(self):
        done = self.show("wrong" + SECRET)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn(f"did not give the role {ROLE} (SignatureDoesNotMatch: Not yours)", done.stderr)


if __name__ == "__main__":
    unittest.main()
