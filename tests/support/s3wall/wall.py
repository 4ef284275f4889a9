"""The server: takes requests apart, has signature and rights checked, asks the service, lets go wrong what shall, and keeps a log."""
import dataclasses
import http.server
import itertools
import json
import secrets
import socket
import socketserver
import ssl
import struct
import threading
import time
import urllib.parse
from xml.sax.saxutils import escape

import policy
from faults import Faults
from service import Service
from signature import DIGESTS, Identity, Refusal, authenticate

REASONS = {code: entry.phrase for code, entry in ((each.value, each) for each in http.HTTPStatus)}
SECRET_HEADERS = {"authorization", "x-amz-security-token", "x-amz-server-side-encryption-customer-key"}


@dataclasses.dataclass
class Request:
    method: str
    target: str  # as it arrived
    headers: dict  # names in lower case
    bucket: str = ""
    raw_key: str = ""
    key: object = None  # None: the request is for the bucket, or for the service when there is no bucket
    query: dict = dataclasses.field(default_factory=dict)
    body: bytes = b""

    def locate(self, domain):
        path, _, query = self.target.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        host = self.headers.get("host", "").rsplit(":", 1)[0]
        if host.endswith(f".{domain}"):
            self.bucket, self.raw_key = host[:-len(domain) - 1], path[1:]
        else:
            self.bucket, _, self.raw_key = path[1:].partition("/")
        self.key = urllib.parse.unquote(self.raw_key) if self.raw_key else None


class Wall(socketserver.ThreadingTCPServer):
    """Listens on a port of the kernel's choice."""
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, region, domain, tls=None):
        super().__init__(("127.0.0.1", 0), Connection)
        self.region, self.domain, self.tls = region, domain, tls
        self.service, self.faults = Service(region), Faults()
        self.identities, self.log, self.lock = {}, [], threading.Lock()
        self.numbers = itertools.count(1)
        self.admin = self.add_identity("admin", policy.ALLOW_ALL, False, None)

    def add_identity(self, name, rules, session, expires_in):
        """Throwaway keys, other ones in each run. A session has a token, as an assumed role has."""
        policy.check(rules)
        kind = "assumed-role" if session else "user"
        identity = Identity(f"arn:aws:{'sts' if session else 'iam'}::{policy.ACCOUNT}:{kind}/{name}" + ("/session" if session else ""),
                            ("ASIA" if session else "AKIA") + secrets.token_hex(8).upper(), secrets.token_urlsafe(30),
                            secrets.token_urlsafe(90) + "/+==" if session else "", rules)
        if expires_in is not None:
            identity.expires = time.time() + expires_in
        self.identities[identity.access_key_id] = identity
        return identity

    def note(self, **entry):
        with self.lock:
            self.log.append({"n": len(self.log), **entry})

    def shutdown_request(self, request):
        # Without shutdown(): what was to be reset is reset, anything else ends in order all the same.
        self.close_request(request)

    def handle_error(self, request, client_address):
        pass  # connections that break are part of the tests; mistakes of ours are answered with 599


class Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60

    def setup(self):
        self.number = next(self.server.numbers)
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        super().setup()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.serve
        raise AttributeError(name)

    def serve(self):
        # The base class folds slashes at the beginning; signatures are of what was sent.
        target = self.requestline.split(" ")[1]
        request = Request(self.command, target, {})
        for name, value in self.headers.items():
            name = name.lower()
            request.headers[name] = f"{request.headers[name]},{value}" if name in request.headers else value
        if target.startswith("/_test/"):
            self.control(request)
            return
        request.locate(self.server.domain)
        entry = {"method": request.method, "uri": target, "bucket": request.bucket, "key": request.key, "connection": self.number, "fault": None,
                 "headers": {name: value for name, value in request.headers.items() if name not in SECRET_HEADERS}}
        self.answer_request(request, entry)

    def answer_request(self, request, entry):
        """Each way out of here notes the request before its answer leaves: whoever has the answer finds it in the log."""
        began = time.monotonic()

        def note():
            self.server.note(**entry, bytes_in=len(request.body), seconds=round(time.monotonic() - began, 4))

        length = int(request.headers.get("content-length", 0))
        fault = self.server.faults.choose(request.method, request.target) or {"kind": None}
        entry["fault"] = fault["kind"]
        if fault["kind"] == "reset_request":
            self.rfile.read(length // 2)
            note()
            self.reset()
            return
        if fault["kind"] == "sleep":
            time.sleep(fault["seconds"])
        request.body = self.rfile.read(length)
        if len(request.body) != length:
            entry["cut_off"] = True
            note()
            self.close_connection = True
            return
        try:
            status, headers, body = self.checked(request, entry, fault)
        except Refusal as refusal:
            status, headers, body = error(refusal)
            entry["code"] = refusal.code
        except KeyError as missing:
            # moto's way to say that a part came after its upload was given up.
            refusal = Refusal(404, "NoSuchUpload", "uploadId") if "uploadId=" in target else Refusal(599, "MistakeOfTheWall", repr(missing))
            status, headers, body = error(refusal)
            entry["code"] = refusal.code
        except Exception as mistake:  # pylint: disable=broad-exception-caught
            status, headers, body = error(Refusal(599, "MistakeOfTheWall", repr(mistake)))
            entry["code"] = repr(mistake)
        entry["status"] = status
        entry["bytes_out"] = len(body)
        note()
        self.send(request, status, headers, body, fault["kind"])

    def checked(self, request, entry, fault):
        if "chunked" in request.headers.get("transfer-encoding", ""):
            self.close_connection = True
            raise Refusal(501, "NotImplemented", "A header you provided implies functionality that is not implemented", {"Header": "Transfer-Encoding"})
        if request.method in ("PUT", "POST") and "content-length" not in request.headers:
            raise Refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        identity = authenticate(request, self.server.identities, self.server.region)
        entry["access_key_id"] = identity.access_key_id
        if refused := policy.refusal(identity, request):
            raise Refusal(403, "AccessDenied", refused)
        if fault["kind"] == "status" and not fault.get("after"):
            raise injected(fault)
        if fault["kind"] == "error_in_200":
            _, headers, body = error(Refusal(200, fault.get("code", "InternalError"), "We encountered an internal error. Please try again."))
            return 200, headers, body
        answer = self.server.service.do(request)
        if request.method == "POST" and "uploadId" in request.query and answer[0] == 200:
            self.check_whole(request)
        if fault["kind"] == "status":
            raise injected(fault)
        may_list = policy.allows(identity.policy, "s3:ListBucket", policy.arn(request.bucket), {"s3:prefix": request.key or ""})
        if answer[0] == 404 and request.key is not None and request.method in ("GET", "HEAD") and b"NoSuchBucket" not in answer[2] and not may_list:
            raise Refusal(403, "AccessDenied", f"User: {identity.arn} is not authorized to perform: s3:ListBucket on resource: "
                          f"\"{policy.arn(request.bucket)}\" because no identity-based policy allows the s3:ListBucket action")
        return answer

    def check_whole(self, request):
        """The checksum that a finished upload was said to have; S3 would have refused before it made the object."""
        for name in [name for name in request.headers if name in DIGESTS and name != "content-md5"]:
            look = dataclasses.replace(request, method="HEAD", target=request.target.partition("?")[0], body=b"", headers={"x-amz-checksum-mode": "ENABLED"})
            found = {key.lower(): value for key, value in self.server.service.do(look)[1]}
            if found.get(name, request.headers[name]) != request.headers[name]:
                raise Refusal(400, "BadDigest", f"The {name} you specified did not match the calculated checksum.")

    def send(self, request, status, headers, body, fault):
        number = secrets.token_hex(8).upper()
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Unknown')}", f"x-amz-request-id: {number}"]
        kept = [(name, value) for name, value in headers if name.lower() not in ("content-length", "connection", "x-amz-request-id", "server")]
        lines += [f"{name}: {value}" for name, value in kept]
        declared = next((value for name, value in headers if name.lower() == "content-length"), str(len(body)))
        if request.method == "HEAD":
            body = b""  # also of errors: S3 says no more than the status there
        if status not in (204, 304):
            lines.append(f"Content-Length: {declared if request.method == 'HEAD' else len(body)}")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
        if fault == "flip" and body:
            body = body[:-1] + bytes([body[-1] ^ 1])
        if fault in ("reset_response", "truncate"):
            whole = head + body
            self.connection.sendall(whole[:len(head) + len(body) // 2 if body else len(head) // 2])
            self.close_connection = True
            if fault == "reset_response":
                self.reset()
            return
        self.connection.sendall(head)
        self.connection.sendall(body)
        if fault == "close":
            self.close_connection = True

    def reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    # Control

    def control(self, request):
        body = self.rfile.read(int(request.headers.get("content-length", 0)))
        try:
            answer, status = getattr(self, "control_" + request.target[len("/_test/"):])(json.loads(body or b"{}")), 200
        except Exception as problem:  # pylint: disable=broad-exception-caught
            answer, status = {"problem": repr(problem)}, 400
        self.send(request, status, [("Content-Type", "application/json")], json.dumps(answer).encode(), None)

    def control_faults(self, words):
        self.server.faults.set(words.get("rules", []), words.get("seed", 1))
        return {}

    def control_identity(self, words):
        made = self.server.add_identity(words["name"], words.get("policy") or policy.ALLOW_ALL, words.get("session", False), words.get("expires_in"))
        return {"access_key_id": made.access_key_id, "secret_access_key": made.secret_access_key, "session_token": made.session_token, "arn": made.arn}

    def control_expire(self, words):
        self.server.identities[words["access_key_id"]].expires = 0
        return {}

    def control_log(self, _):
        with self.server.lock:
            return {"requests": list(self.server.log), "faults": self.server.faults.counts()}

    def control_clear(self, _):
        with self.server.lock:
            self.server.log.clear()
        return {}


def error(refusal):
    more = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in refusal.more.items())
    body = (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message>{more}'
            f"<RequestId>{secrets.token_hex(8).upper()}</RequestId></Error>")
    headers = [("Content-Type", "application/xml")]
    if "Region" in refusal.more:
        headers.append(("x-amz-bucket-region", refusal.more["Region"]))
    if refusal.retry_after is not None:
        headers.append(("Retry-After", str(refusal.retry_after)))
    return refusal.status, headers, body.encode()


def injected(fault):
    return Refusal(fault.get("status", 503), fault.get("code", "SlowDown"), "Please reduce your request rate.", {}, fault.get("retry_after"))


def tls_context(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
