"""Whether a request proves its key: SigV4 over the request line as it arrived, with Amazon's own signer (botocore) as the judge."""
import base64
import dataclasses
import hashlib
import hmac
import re
import time
import zlib
from datetime import datetime, timezone

import crc32c
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

MAX_SKEW_S = 900
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/, ]+)/(\d{8})/([^/, ]+)/([^/, ]+)/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})")
DIGESTS = {"content-md5": lambda body: hashlib.md5(body).digest(), "x-amz-checksum-sha1": lambda body: hashlib.sha1(body).digest(),
           "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
           "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
           "x-amz-checksum-crc32c": lambda body: crc32c.crc32c(body).to_bytes(4, "big")}


@dataclasses.dataclass
class Identity:
    arn: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    policy: dict
    expires: float = float("inf")


@dataclasses.dataclass
class Refusal(Exception):
    """An answer of S3's: status, code, message and further elements of the document."""
    status: int
    code: str
    message: str
    more: dict = dataclasses.field(default_factory=dict)
    retry_after: object = None


def check_body(method, headers, body):
    sha = headers.get("x-amz-content-sha256")
    if sha is None:
        raise Refusal(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
    if re.fullmatch("[0-9a-f]{64}", sha):
        if hashlib.sha256(body).hexdigest() != sha:
            raise Refusal(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
    elif sha not in ("UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"):
        raise Refusal(400, "InvalidRequest", f"this kind of body is not played: {sha}")
    if sha.startswith("STREAMING") or method != "PUT":
        return  # checksums of a POST that finishes an upload are those of the object
    for name, digest in DIGESTS.items():
        given = headers.get(name)
        if given is not None and base64.b64encode(digest(body)).decode() != given:
            raise Refusal(400, "BadDigest", f"The {name} you specified did not match the calculated checksum.")


def check_time(headers):
    stamp = headers.get("x-amz-date", "")
    try:
        when = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refusal(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header") from None
    if abs(when.timestamp() - time.time()) > MAX_SKEW_S:
        raise Refusal(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
                      {"RequestTime": stamp, "ServerTime": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")})
    return stamp


def check_identity(identity, access_key_id, headers):
    if identity is None:
        raise Refusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", {"AWSAccessKeyId": access_key_id})
    if identity.session_token != headers.get("x-amz-security-token", ""):
        raise Refusal(400 if identity.session_token else 403, "InvalidToken", "The provided token is malformed or otherwise invalid.")
    if identity.expires <= time.time():
        raise Refusal(400, "ExpiredToken", "The provided token has expired.")


def check_signature(request, identity, region, service, signed, signature, stamp):
    names = set(signed.split(";"))
    missing = [name for name in request.headers if name.startswith("x-amz-") or name in ("host", "content-md5") if name not in names]
    if missing:
        raise Refusal(403, "AccessDenied", "There were headers present in the request which were not signed", {"HeadersNotSigned": ", ".join(missing)})
    ours = AWSRequest(method=request.method, url=f"http://{request.headers['host']}{request.target}",
                      headers={name: value for name, value in request.headers.items() if name in names})
    ours.context["timestamp"] = stamp
    signer = S3SigV4Auth(Credentials(identity.access_key_id, identity.secret_access_key, identity.session_token or None), service, region)
    canonical = signer.canonical_request(ours)
    if not hmac.compare_digest(signer.signature(signer.string_to_sign(ours, canonical), ours), signature):
        raise Refusal(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and "
                      "signing method.", {"CanonicalRequest": canonical})


def authenticate(request, identities, region_of_server):
    """The identity that signed the request. Raises Refusal."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        raise Refusal(403, "AccessDenied", "Access Denied")
    parts = AUTHORIZATION.fullmatch(authorization)
    if not parts:
        raise Refusal(400, "AuthorizationHeaderMalformed", "The authorization header is malformed.")
    access_key_id, day, region, service, signed, signature = parts.groups()
    stamp = check_time(request.headers)
    identity = identities.get(access_key_id)
    check_identity(identity, access_key_id, request.headers)
    if region != region_of_server:
        raise Refusal(400, "AuthorizationHeaderMalformed", f"The authorization header is malformed; the region '{region}' is wrong; expecting "
                      f"'{region_of_server}'", {"Region": region_of_server})
    if service != "s3" or day != stamp[:8]:
        raise Refusal(400, "AuthorizationHeaderMalformed", f"The authorization header is malformed; incorrect date or service: {day}, {service}")
    check_signature(request, identity, region, service, signed, signature, stamp)
    check_body(request.method, request.headers, request.body)
    return identity
