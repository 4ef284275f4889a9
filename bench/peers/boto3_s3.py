"""boto3 and s3transfer as a peer of the store on S3: `small` puts and gets objects of 1 KiB side by side, `large` sends and fetches a file,
`large-synced` also waits until that is on the disk, as the store does."""
import filecmp
import os
import sys
from concurrent.futures import ThreadPoolExecutor

from stage import Stopwatch, print_line, skip

try:
    import boto3
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
except ImportError:
    skip("boto3 is not installed")

PREFIX = "bench/boto3/"


def small(client, bucket, count, threads):
    body = b"x" * 1024

    def put(number):
        client.put_object(Bucket=bucket, Key=f"{PREFIX}small/{number}.json", Body=body, ContentType="application/json")

    def get(number):
        assert len(client.get_object(Bucket=bucket, Key=f"{PREFIX}small/{number}.json")["Body"].read()) == len(body)

    with ThreadPoolExecutor(threads) as pool:
        stopwatch = Stopwatch()
        list(pool.map(put, range(count)))
        up = stopwatch.stop()
        stopwatch = Stopwatch()
        list(pool.map(get, range(count)))
        down = stopwatch.stop()
    line = {name: up[name] + down[name] for name in up}
    line.update({"objects": count, "bytes": count * len(body), "puts_per_second": count / up["seconds"], "gets_per_second": count / down["seconds"]})
    print_line(line)


def sync(path):
    for place in (path, os.path.dirname(path)):
        descriptor = os.open(place, os.O_RDONLY)
        os.fsync(descriptor)
        os.close(descriptor)


def large(client, bucket, folder, megabytes, threads, synced):
    config = TransferConfig(multipart_threshold=16 << 20, multipart_chunksize=16 << 20, max_concurrency=threads)
    stopwatch = Stopwatch()
    client.upload_file(os.path.join(folder, "large.bin"), bucket, PREFIX + "large.bin", Config=config)
    up = stopwatch.stop()
    stopwatch = Stopwatch()
    fetched = os.path.join(folder, "fetched.bin")
    client.download_file(bucket, PREFIX + "large.bin", fetched, Config=config)
    if synced:
        sync(fetched)
    down = stopwatch.stop()
    line = {name: up[name] + down[name] for name in up}
    line.update({"up_cpu_seconds": up["cpu_seconds"], "down_cpu_seconds": down["cpu_seconds"]})
    line.update({"up_mb_per_second": megabytes * 1.048576 / up["seconds"], "down_mb_per_second": megabytes * 1.048576 / down["seconds"], "megabytes": megabytes})
    line["equal_bytes"] = os.path.getsize(fetched) if filecmp.cmp(os.path.join(folder, "large.bin"), fetched, shallow=False) else 0
    os.remove(fetched)
    print_line(line)


def main(what, folder, count, threads):
    client = boto3.client("s3", endpoint_url=os.environ["VIEWERATLAS_TEST_S3_ENDPOINT"], region_name="us-east-1",
                          config=Config(max_pool_connections=threads, s3={"addressing_style": "path"}))
    bucket = os.environ["VIEWERATLAS_TEST_S3_BUCKET"]
    if what == "small":
        small(client, bucket, count, threads)
    else:
        large(client, bucket, folder, count, threads, what == "large-synced")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
