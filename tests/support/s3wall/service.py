"""The store behind the wall: moto, asked one request at a time, so that of several conditional writes exactly one wins."""
import io
import os
import threading
import urllib.parse

# Objects beyond this many bytes lie in temporary files.
os.environ["MOTO_S3_DEFAULT_KEY_BUFFER_SIZE"] = str(1 << 20)

from moto.server import create_backend_app  # noqa: E402  pylint: disable=wrong-import-position

ANY_KEY = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20200101/{region}/s3/aws4_request, SignedHeaders=host, Signature=none"


class Service:
    def __init__(self, region):
        self.app = create_backend_app("s3")
        self.region = region
        self.lock = threading.Lock()

    def environ(self, request):
        path = f"/{request.bucket}" + ("" if request.key is None else f"/{request.raw_key}") if request.bucket else "/"
        raw_query = request.target.partition("?")[2]
        environ = {"REQUEST_METHOD": request.method, "SCRIPT_NAME": "", "PATH_INFO": urllib.parse.unquote_to_bytes(path).decode("latin-1"),
                   "QUERY_STRING": raw_query, "RAW_URI": path + (f"?{raw_query}" if raw_query else ""), "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80",
                   "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
                   "wsgi.input": io.BytesIO(request.body), "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": False,
                   "wsgi.run_once": False, "wsgi.input_terminated": True}
        for name, value in request.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        environ.update(HTTP_HOST="127.0.0.1", HTTP_AUTHORIZATION=ANY_KEY.format(region=self.region), CONTENT_LENGTH=str(len(request.body)),
                       CONTENT_TYPE=request.headers.get("content-type", ""))
        return environ

    def do(self, request):
        """(status, [(name, value)], body) of the store's answer."""
        answer = {}

        def start(status, headers, _=None):
            answer.update(status=int(status.split()[0]), headers=headers)
            return lambda _: None

        with self.lock:
            chunks = self.app(self.environ(request), start)
            try:
                body = b"".join(chunks)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        return answer["status"], answer["headers"], body
