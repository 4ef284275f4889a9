"""The S3 services of the tests, asked by boto3: what other tests take for granted of them."""
import hashlib
import http.client
import os
import sys
import threading
import time
import unittest
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
from s3_servers import BUCKET, VersityGw, Wall

MIB = 1 << 20
NAMES = ["a=b/c.json", "plus+plus", "per%25cent%", "space in name", "ümlaut/日本語.txt", "tilde~star*", "q?s&t=u#v;w", "dt=2026-11-22/part-00000-0123456789abcdef.parquet"]


def status_of(error):
    return error.exception.response["ResponseMetadata"]["HTTPStatusCode"]


def code_of(error):
    return error.exception.response["Error"]["Code"]


class Both:
    """What either server does."""
    server = None

    @property
    def s3(self):
        return self.server.client()

    def test_names_come_back_as_they_were_given(self):
        for name in NAMES:
            self.server.put("names/" + name, name.encode())
        self.assertEqual(self.server.keys("names/"), sorted("names/" + name for name in NAMES))
        for name in NAMES:
            self.assertEqual(self.server.get("names/" + name), name.encode())
            self.assertEqual(self.server.keys("names/" + name), ["names/" + name])
            self.s3.copy_object(Bucket=BUCKET, Key="copied/" + name, CopySource={"Bucket": BUCKET, "Key": "names/" + name})
            self.assertEqual(self.server.get("copied/" + name), name.encode())

    def test_lists_in_pages_without_gaps(self):
        for number in range(25):
            self.server.put(f"pages/{number:04}", b"x")
        seen, token = [], {}
        while True:
            page = self.s3.list_objects_v2(Bucket=BUCKET, Prefix="pages/", MaxKeys=7, **token)
            seen += [entry["Key"] for entry in page["Contents"]]
            self.assertLessEqual(len(page["Contents"]), 7)
            if not page["IsTruncated"]:
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
        self.assertEqual(seen, [f"pages/{number:04}" for number in range(25)])

    def test_of_conditional_puts_one_wins(self):
        outcomes = []

        def put(number):
            try:
                self.s3.put_object(Bucket=BUCKET, Key="lock", Body=str(number).encode(), IfNoneMatch="*")
                outcomes.append(200)
            except botocore.exceptions.ClientError as error:
                outcomes.append(error.response["ResponseMetadata"]["HTTPStatusCode"])
        threads = [threading.Thread(target=put, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(outcomes.count(200), 1)
        # 409: S3 says so while another such put is under way.
        self.assertLessEqual(set(outcomes), {200, 409, 412})

    def test_puts_parts_together(self):
        parts = [os.urandom(5 * MIB), os.urandom(5 * MIB), b"end"]
        number = self.s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
        made = [{"PartNumber": at, "ETag": self.s3.upload_part(Bucket=BUCKET, Key="parts", UploadId=number, PartNumber=at, Body=body)["ETag"]}
                for at, body in enumerate(parts, 1)]
        self.assertEqual(self.server.keys("parts"), [])
        done = self.s3.complete_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=number, MultipartUpload={"Parts": made})
        whole = b"".join(parts)
        self.assertEqual(hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest() + "-3", done["ETag"].strip('"'))
        self.assertEqual(self.server.get("parts"), whole)
        self.assertEqual(self.s3.get_object(Bucket=BUCKET, Key="parts", Range="bytes=5242870-5242889")["Body"].read(), whole[5242870:5242890])
        number = self.s3.create_multipart_upload(Bucket=BUCKET, Key="given up")["UploadId"]
        self.s3.abort_multipart_upload(Bucket=BUCKET, Key="given up", UploadId=number)
        self.assertEqual(self.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []), [])

    def test_refuses_short_parts(self):
        number = self.s3.create_multipart_upload(Bucket=BUCKET, Key="short")["UploadId"]
        made = [{"PartNumber": at, "ETag": self.s3.upload_part(Bucket=BUCKET, Key="short", UploadId=number, PartNumber=at, Body=b"x")["ETag"]}
                for at in (1, 2)]
        with self.assertRaises(botocore.exceptions.ClientError) as error:
            self.s3.complete_multipart_upload(Bucket=BUCKET, Key="short", UploadId=number, MultipartUpload={"Parts": made})
        self.assertEqual(code_of(error), "EntityTooSmall")
        self.s3.abort_multipart_upload(Bucket=BUCKET, Key="short", UploadId=number)

    def test_says_what_is_not_there(self):
        for ask, code in ((lambda: self.server.get("nothing"), "NoSuchKey"), (lambda: self.server.get("x", "no-such-bucket"), "NoSuchBucket"),
                          (lambda: self.s3.get_object(Bucket=BUCKET, Key="short range", Range="bytes=10-20"), "InvalidRange")):
            self.server.put("short range", b"123")
            with self.assertRaises(botocore.exceptions.ClientError) as error:
                ask()
            self.assertEqual(code_of(error), code)
        self.s3.delete_object(Bucket=BUCKET, Key="nothing")

    def request(self, method, target, body=b"", secret=None, change=None, region=None):
        """A request that is signed by hand, with `change` of its headers after signing: (status, body)."""
        host = urllib.parse.urlsplit(self.server.url).netloc
        request = botocore.awsrequest.AWSRequest(method, f"http://{host}{target}", data=body)
        keys = botocore.credentials.Credentials(self.server.access_key_id, secret or self.server.secret_access_key)
        botocore.auth.S3SigV4Auth(keys, "s3", region or self.server.region).add_auth(request)
        headers = {**dict(request.headers.items()), **(change or {})}
        connection = http.client.HTTPConnection(host, timeout=20)
        try:
            connection.request(method, target, headers.pop("body", body), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def test_refuses_what_is_signed_wrongly(self):
        self.assertEqual(self.request("PUT", f"/{BUCKET}/signed", b"body")[0], 200)
        for words, status, code in (
                ({"secret": "x" * 40}, 403, "SignatureDoesNotMatch"), ({"change": {"x-amz-meta-more": "unsigned"}}, 403, "AccessDenied"),
                ({"change": {"body": b"bady"}}, 400, "XAmzContentSHA256Mismatch"), ({"change": {"X-Amz-Date": "20200101T000000Z"}}, 403, None),
                ({"change": {"Authorization": "AWS4-HMAC-SHA256 nonsense"}}, 400, None), ({"region": "eu-west-1"}, None, "AuthorizationHeaderMalformed")):
            with self.subTest(**words):
                answer = self.request("PUT", f"/{BUCKET}/signed", b"body", **words)
                self.assertGreaterEqual(answer[0], 400, answer)
                if isinstance(self.server, Wall):
                    self.assertEqual(answer[0], status or 400, answer)
                    self.assertIn(code or "", answer[1])
        self.assertEqual(self.server.get("signed"), b"body")


class WallAsked(Both, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Wall()
        cls.server.make_bucket()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def setUp(self):
        self.server.faults()
        self.server.clear()

    def test_roles_may_do_what_their_policy_says(self):
        role = self.server.role({"Statement": [
            {"Effect": "Allow", "Action": ["s3:PutObject", "s3:AbortMultipartUpload"], "Resource": f"arn:aws:s3:::{BUCKET}/p/raw/*"},
            {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/p/config/*"},
            {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}", "Condition": {"StringLike": {"s3:prefix": "p/raw/*"}}}]})
        s3 = self.server.client_of(role)
        s3.put_object(Bucket=BUCKET, Key="p/raw/x", Body=b"1")
        self.assertEqual(s3.list_objects_v2(Bucket=BUCKET, Prefix="p/raw/")["KeyCount"], 1)
        refused = [lambda: s3.put_object(Bucket=BUCKET, Key="p/processed/x", Body=b"1"), lambda: s3.get_object(Bucket=BUCKET, Key="p/raw/x"),
                   lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="p/"), lambda: s3.list_objects_v2(Bucket=BUCKET), lambda: s3.head_bucket(Bucket=BUCKET),
                   lambda: s3.delete_object(Bucket=BUCKET, Key="p/raw/x"),
                   lambda: s3.copy_object(Bucket=BUCKET, Key="p/raw/y", CopySource={"Bucket": BUCKET, "Key": "p/raw/x"}),
                   lambda: s3.get_object(Bucket=BUCKET, Key="p/config/missing")]
        for ask in refused:
            with self.assertRaises(botocore.exceptions.ClientError) as error:
                ask()
            self.assertEqual(status_of(error), 403)
        self.server.expire(role)
        with self.assertRaises(botocore.exceptions.ClientError) as error:
            s3.put_object(Bucket=BUCKET, Key="p/raw/x", Body=b"1")
        self.assertEqual((status_of(error), code_of(error)), (400, "ExpiredToken"))

    def test_unknown_parts_of_policies_are_refused(self):
        with self.assertRaises(AssertionError):
            self.server.role({"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]})

    def test_gives_faults_on_request(self):
        self.server.put("fault", b"0123456789" * 1000)
        self.server.clear()
        for kind, words, raised in (
                ("status", {"status": 503, "code": "SlowDown"}, botocore.exceptions.ClientError), ("sleep", {"seconds": 0.1}, None),
                ("reset_request", {}, botocore.exceptions.ConnectionClosedError), ("reset_response", {}, Exception), ("truncate", {}, Exception),
                ("close", {}, None)):
            with self.subTest(kind):
                self.server.faults({"kind": kind, "times": 1, **words})
                if raised:
                    with self.assertRaises(raised):
                        self.server.get("fault")
                else:
                    began = time.monotonic()
                    self.assertEqual(len(self.server.get("fault")), 10000)
                    self.assertGreaterEqual(time.monotonic() - began, words.get("seconds", 0))
                self.assertEqual(self.server.num_faults(), {kind: 1})
                self.assertEqual(len(self.server.get("fault")), 10000)
        self.server.faults({"kind": "flip"})
        self.assertNotEqual(self.server.get("fault"), b"0123456789" * 1000)
        self.assertEqual([entry["fault"] for entry in self.server.log() if entry["fault"]],
                         ["status", "sleep", "reset_request", "reset_response", "truncate", "close", "flip"])

    def test_faults_may_come_after_the_deed_or_in_good_answers(self):
        self.server.faults({"kind": "status", "status": 500, "code": "InternalError", "after": True, "method": "PUT"})
        with self.assertRaises(botocore.exceptions.ClientError):
            self.server.put("done all the same", b"1")
        self.assertEqual(self.server.get("done all the same"), b"1")
        self.server.faults({"kind": "error_in_200", "match": "copy"})
        with self.assertRaises(botocore.exceptions.ClientError) as error:
            self.s3.copy_object(Bucket=BUCKET, Key="copy", CopySource={"Bucket": BUCKET, "Key": "done all the same"})
        self.assertEqual(code_of(error), "InternalError")
        self.assertNotIn("copy", self.server.keys())

    def test_boto_retries_what_can_be_retried(self):
        self.server.faults({"kind": "status", "times": 2})
        self.server.client(attempts=4).put_object(Bucket=BUCKET, Key="slow", Body=b"1")
        self.assertEqual([entry["status"] for entry in self.server.log()], [503, 503, 200])

    def test_chance_is_seeded(self):
        def outcomes(seed):
            self.server.faults({"kind": "status", "times": -1, "chance": 0.5}, seed=seed)
            self.server.clear()
            for _ in range(20):
                try:
                    self.server.keys("nothing")
                except botocore.exceptions.ClientError:
                    pass
            return [entry["status"] for entry in self.server.log()]
        self.assertEqual(outcomes(3), outcomes(3))
        self.assertNotEqual(outcomes(3), outcomes(4))

    def test_log_says_no_secrets_and_who_asked(self):
        role = self.server.role()
        self.server.client_of(role).put_object(Bucket=BUCKET, Key="logged", Body=b"123", ContentType="text/x", ServerSideEncryption="AES256")
        entry = self.server.log()[-1]
        self.assertEqual((entry["method"], entry["key"], entry["access_key_id"], entry["bytes_in"], entry["status"]),
                         ("PUT", "logged", role["access_key_id"], 3, 200))
        self.assertEqual((entry["headers"]["content-type"], entry["headers"]["x-amz-server-side-encryption"]), ("text/x", "AES256"))
        self.assertNotIn(role["session_token"], str(self.server.log()))

    def test_over_tls(self):
        with Wall(tls=True) as server:
            server.make_bucket()
            server.put("x", b"1")
            self.assertEqual(server.get("x"), b"1")


@unittest.skipIf(VersityGw.missing(), VersityGw.missing())
class VersityAsked(Both, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = VersityGw()
        cls.server.make_bucket()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]], verbosity=2)
