"""Reads the ids file that bench_ingest writes (its layout is in bench/ids_file.h)."""
import numpy


def read_ids(path):
    """Returns offsets (channels + 1), viewer ids row by row, and the number of viewers."""
    with open(path, "rb") as file:
        num_channels, num_viewers = numpy.fromfile(file, "<u4", 2)
        offsets = numpy.fromfile(file, "<u8", int(num_channels) + 1)
        viewers = numpy.fromfile(file, "<u4", int(offsets[-1]))
    return offsets, viewers, int(num_viewers)
