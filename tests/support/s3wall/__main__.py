"""An S3 service for tests on 127.0.0.1: moto behind a wall that checks signatures and rights as S3 does, and lets go wrong what shall.

    python s3wall [--region us-east-1] [--domain localhost] [--tls CERTIFICATE KEY]

Prints one line of JSON (port, keys of an administrator) when it is ready; ends when its standard input does. README.md beside tells more."""
import argparse
import json
import os
import sys
import threading

import wall


def end_with_input(server):
    while os.read(0, 4096):
        pass
    server.shutdown()


def main():
    parser = argparse.ArgumentParser(prog="s3wall", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--domain", default="localhost")
    parser.add_argument("--tls", nargs=2, metavar=("CERTIFICATE", "KEY"))
    options = parser.parse_args()
    server = wall.Wall(options.region, options.domain, wall.tls_context(*options.tls) if options.tls else None)
    print(json.dumps({"port": server.server_address[1], "access_key_id": server.admin.access_key_id,
                      "secret_access_key": server.admin.secret_access_key}), flush=True)
    threading.Thread(target=end_with_input, args=(server,), daemon=True).start()
    server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    sys.exit(main())
