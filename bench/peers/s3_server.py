"""The S3 server of others that the tests use, for as long as standard input is open: prints a line of JSON with what programs need in their
environment, or {"skipped": reason}. `https` as an argument: over TLS."""
import json
import sys
from pathlib import Path

from stage import skip

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "tests" / "integration"))

try:
    from s3_servers import BUCKET, VersityGw
except ImportError as error:
    skip(f"the packages of the tests are not installed: {error}")


def main(tls):
    if VersityGw.missing():
        skip(VersityGw.missing())
    with VersityGw(tls=tls) as server:
        server.make_bucket()
        variables = {"VIEWERATLAS_TEST_S3_ENDPOINT": server.url, "VIEWERATLAS_TEST_S3_BUCKET": BUCKET}
        if server.ca_file:
            variables["AWS_CA_BUNDLE"] = server.ca_file
        print(json.dumps({**server.environment(), **variables}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main("https" in sys.argv[1:])
