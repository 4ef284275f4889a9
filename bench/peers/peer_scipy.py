"""scipy as a peer: shared viewers of all pairs of channels as the sparse product A A^T, one thread."""
import sys

from stage import Stopwatch, print_line, skip

try:
    import numpy
    from scipy import sparse
except ImportError:
    skip("scipy is not installed")

from ids import read_ids


def main(path):
    offsets, viewers, num_viewers = read_ids(path)
    ones = numpy.ones(len(viewers), numpy.int32)
    # 32-bit indices where they suffice: scipy's product is faster with them.
    index = numpy.int32 if len(viewers) < 2**31 else numpy.int64
    a = sparse.csr_matrix((ones, viewers.astype(index), offsets.astype(index)), shape=(len(offsets) - 1, num_viewers))
    stopwatch = Stopwatch()
    shared = sparse.triu(a @ a.T, 1)
    line = stopwatch.stop()
    counts = shared.data.astype(numpy.int64)
    line["edges"] = len(counts)
    line["shared"] = int(counts.sum())
    line["shared_squares"] = int((counts * counts).sum())
    line["edges_100"] = int((counts >= 100).sum())
    line["max_shared"] = int(counts.max())
    print_line(line)


if __name__ == "__main__":
    main(sys.argv[1])
