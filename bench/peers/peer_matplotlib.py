"""matplotlib as a peer: circles and straight lines of a finished map, one collection each, no names; positions are given."""
import os
import sys

from stage import Stopwatch, print_line, skip

try:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import collections, pyplot
except ImportError:
    skip("matplotlib is not installed")


def read_positions(path):
    with open(path, encoding="ascii") as file:
        num_channels, num_edges = map(int, file.readline().split())
        channels = [tuple(map(float, file.readline().split())) for _ in range(num_channels)]
        edges = [tuple(map(int, file.readline().split())) for _ in range(num_edges)]
    return channels, edges


def main(path, pixels, png):
    channels, edges = read_positions(path)
    stopwatch = Stopwatch()
    figure = pyplot.figure(figsize=(pixels / 300, pixels / 300), dpi=300, facecolor="#101018")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(-1050, 1050)
    axes.set_ylim(1050, -1050)
    color = [(r / 255, g / 255, b / 255) for _, _, _, r, g, b in channels]
    segments = [((channels[u][0], channels[u][1]), (channels[v][0], channels[v][1])) for u, v in edges]
    axes.add_collection(collections.LineCollection(segments, colors=[color[u] for u, _ in edges], linewidths=0.2, alpha=0.2))
    circles = [pyplot.Circle((x, y), radius) for x, y, radius, _, _, _ in channels]
    axes.add_collection(collections.PatchCollection(circles, facecolors=color, edgecolors="none"))
    figure.savefig(png, dpi=300)
    line = stopwatch.stop()
    line["bytes"] = os.path.getsize(png)
    print_line(line)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
