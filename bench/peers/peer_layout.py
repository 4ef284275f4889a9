"""Layouts of peers, 100 iterations: igraph's Fruchterman-Reingold without a grid, networkx's spring layout."""
import sys

from peer_communities import read_edges
from stage import Stopwatch, print_line, skip


def main(method, path):
    n, edges, weights = read_edges(path)
    try:
        if method == "igraph":
            import igraph

            graph = igraph.Graph(n=n, edges=edges)
            stopwatch = Stopwatch()
            graph.layout_fruchterman_reingold(weights=weights, niter=100, grid=False)
        else:
            import networkx

            graph = networkx.Graph()
            graph.add_weighted_edges_from((u, v, w) for (u, v), w in zip(edges, weights))
            stopwatch = Stopwatch()
            networkx.spring_layout(graph, k=2, iterations=100, seed=1, method="force")
    except ImportError as error:
        skip(f"{error.name} is not installed")
    line = stopwatch.stop()
    line["nodes"] = n
    line["seconds_per_100"] = line["seconds"]
    print_line(line)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
