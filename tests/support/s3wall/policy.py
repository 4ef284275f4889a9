"""Who may do what: the part of IAM's policy language that the project's roles use, evaluated strictly.

What is not understood is an error when the identity is made, so that no test passes because a condition was ignored."""
import fnmatch
import json
import re
import urllib.parse
import xml.etree.ElementTree

ACCOUNT = "123456789012"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def as_list(value):
    return value if isinstance(value, list) else [value]


def matches(pattern, text, ignore_case=False):
    """`*` and `?` only: brackets mean themselves."""
    pattern = pattern.replace("[", "[[]")
    return fnmatch.fnmatchcase(text.lower(), pattern.lower()) if ignore_case else fnmatch.fnmatchcase(text, pattern)


def condition_holds(operator, key, wanted, context):
    if operator not in ("StringLike", "StringEquals") or key.lower() not in ("s3:prefix", "s3:x-amz-server-side-encryption"):
        raise ValueError(f"this condition is not played: {operator} {key}")
    if key.lower() not in context:
        return False
    given = context[key.lower()]
    return any(given == each if operator == "StringEquals" else matches(each, given) for each in as_list(wanted))


def statement_applies(statement, action, resource, context):
    if not any(matches(each, action, True) for each in as_list(statement["Action"])):
        return False
    if not any(matches(each, resource) for each in as_list(statement["Resource"])):
        return False
    return all(condition_holds(operator, key, wanted, context)
               for operator, keys in statement.get("Condition", {}).items() for key, wanted in keys.items())


def check(policy):
    """Raises ValueError or KeyError for what is not played here."""
    for statement in as_list(policy["Statement"]):
        if set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"} or statement["Effect"] not in ("Allow", "Deny"):
            raise ValueError(f"this statement is not played: {json.dumps(statement)}")
        for operator, keys in statement.get("Condition", {}).items():
            for key, wanted in keys.items():
                condition_holds(operator, key, wanted, {})
        as_list(statement["Action"]), as_list(statement["Resource"])


def allows(policy, action, resource, context):
    effects = {statement["Effect"] for statement in as_list(policy["Statement"]) if statement_applies(statement, action, resource, context)}
    return effects == {"Allow"}


def arn(bucket, key=None):
    return f"arn:aws:s3:::{bucket}" + ("" if key is None else f"/{key}")


def bucket_needs(request):
    """(action, resource) of a request for a bucket."""
    method, query, bucket = request.method, request.query, arn(request.bucket)
    if method == "POST" and "delete" in query:
        keys = [node.text or "" for node in xml.etree.ElementTree.fromstring(request.body).iter() if node.tag.endswith("Key")]
        return [("s3:DeleteObject", arn(request.bucket, key)) for key in keys]
    special = {"uploads": "s3:ListBucketMultipartUploads", "location": "s3:GetBucketLocation", "versions": "s3:ListBucketVersions"}
    for name, action in special.items():
        if method == "GET" and name in query:
            return [(action, bucket)]
    plain = {"GET": "s3:ListBucket", "HEAD": "s3:ListBucket", "PUT": "s3:CreateBucket", "DELETE": "s3:DeleteBucket"}
    configuration = [name for name in query if re.fullmatch("[a-z][A-Za-z]+", name) and not query[name] and name != "prefix"]
    if configuration and method in ("GET", "PUT", "DELETE") and "list-type" not in query:
        return [(f"s3:{'Get' if method == 'GET' else 'Put'}Bucket{configuration[0].capitalize()}", bucket)]
    return [(plain.get(method, f"s3:{method}"), bucket)]


def object_needs(request):
    """(action, resource) pairs of a request for an object."""
    method, query, resource = request.method, request.query, arn(request.bucket, request.key)
    for name in ("tagging", "acl", "retention", "attributes"):
        if name in query:
            return [(f"s3:{'Get' if method in ('GET', 'HEAD') else 'Put'}Object{name.capitalize()}", resource)]
    if method in ("GET", "HEAD"):
        return [("s3:ListMultipartUploadParts" if "uploadId" in query else "s3:GetObject", resource)]
    if method == "DELETE":
        return [("s3:AbortMultipartUpload" if "uploadId" in query else "s3:DeleteObject", resource)]
    needs = [("s3:PutObject", resource)]
    if (source := request.headers.get("x-amz-copy-source")) is not None:
        needs.append(("s3:GetObject", "arn:aws:s3:::" + urllib.parse.unquote(source).split("?versionId=")[0].lstrip("/")))
    return needs


def refusal(identity, request):
    """None when the identity may do it, else S3's sentence about what it may not."""
    context = {"s3:prefix": request.query["prefix"]} if "prefix" in request.query else {}
    if "x-amz-server-side-encryption" in request.headers:
        context["s3:x-amz-server-side-encryption"] = request.headers["x-amz-server-side-encryption"]
    if not request.bucket:
        needs = [("s3:ListAllMyBuckets", "*")]
    else:
        needs = object_needs(request) if request.key is not None else bucket_needs(request)
    for action, resource in needs:
        if not allows(identity.policy, action, resource, context):
            return (f"User: {identity.arn} is not authorized to perform: {action} on resource: \"{resource}\" "
                    f"because no identity-based policy allows the {action} action")
    return None
