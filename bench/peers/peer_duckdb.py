"""DuckDB as a peer: `ingest` reads snapshots into a table of distinct (channel, viewer); `overlap` joins ids with themselves."""
import sys

from stage import Stopwatch, print_line, skip

try:
    import duckdb
except ImportError:
    skip("duckdb is not installed")


def connect(threads):
    connection = duckdb.connect(":memory:")
    connection.execute(f"SET threads = {threads}")
    connection.execute("SET enable_progress_bar = false")
    return connection


def ingest(pattern, threads):
    connection = connect(threads)
    stopwatch = Stopwatch()
    connection.execute(
        f"""CREATE TABLE presence AS SELECT DISTINCT channel, unnest(chatters) AS viewer
            FROM read_json('{pattern}', format = 'newline_delimited', maximum_object_size = 268435456,
                           columns = {{channel: 'VARCHAR', chatters: 'VARCHAR[]'}})"""
    )
    line = stopwatch.stop()

    def one(query):
        return int(connection.execute(query).fetchone()[0])

    line["memberships"] = one("SELECT count(*) FROM presence")
    line["channels"] = one("SELECT count(DISTINCT channel) FROM presence")
    line["viewers"] = one("SELECT count(DISTINCT viewer) FROM presence")
    line["audience_squares"] = one("SELECT sum(n * n) FROM (SELECT count(*) AS n FROM presence GROUP BY channel)")
    line["pairs"] = one("SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM presence GROUP BY viewer)")
    print_line(line)


def overlap(path, threads):
    import numpy
    from ids import read_ids

    offsets, viewers, _ = read_ids(path)
    channels = numpy.repeat(numpy.arange(len(offsets) - 1, dtype=numpy.int32), numpy.diff(offsets).astype(numpy.int64))
    connection = connect(threads)
    connection.register("ids", {"channel": channels, "viewer": viewers})
    connection.execute("CREATE TABLE presence AS SELECT channel, viewer FROM ids")
    connection.unregister("ids")
    del channels, viewers
    stopwatch = Stopwatch()
    connection.execute(
        """CREATE TABLE edges AS SELECT a.channel AS source, b.channel AS target, count(*) AS shared
           FROM presence a JOIN presence b ON a.viewer = b.viewer AND a.channel < b.channel GROUP BY ALL"""
    )
    line = stopwatch.stop()
    row = connection.execute(
        "SELECT count(*), sum(shared), sum(shared * shared), count(*) FILTER (shared >= 100), max(shared) FROM edges"
    ).fetchone()
    line.update(zip(("edges", "shared", "shared_squares", "edges_100", "max_shared"), map(int, row)))
    print_line(line)


if __name__ == "__main__":
    {"ingest": ingest, "overlap": overlap}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
