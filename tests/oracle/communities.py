"""Answers of other programs about the communities of weighted graphs, for tests/unit/community/test_oracle.cc.

Usage: communities.py IN OUT. IN holds blocks of lines

    graph NUM_NODES NUM_EDGES RESOLUTION    then one `u v weight` per edge
    partition ID...                         the community of each node

OUT gets two lines per block: `modularity Q` of the given partition as igraph computes it, and `best Q`, the largest over several
seeds of leidenalg. Exit code 77: a package is missing.
"""

import sys

try:
    import igraph
    import leidenalg
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(77)


def quality(graph, membership, weights, resolution):
    # Graph.modularity of python-igraph 0.10.2 silently drops the resolution; the method of the base class does not.
    return igraph.GraphBase.modularity(graph, membership, weights, resolution)


def best_of_leidenalg(graph, weights, resolution, num_seeds=20):
    best = -1.0
    for seed in range(num_seeds):
        found = leidenalg.find_partition(
            graph, leidenalg.RBConfigurationVertexPartition, weights=weights, n_iterations=-1, seed=seed, resolution_parameter=resolution
        )
        best = max(best, quality(graph, found.membership, weights, resolution))
    return best


def main(source, target):
    with open(source, encoding="ascii") as lines, open(target, "w", encoding="ascii") as out:
        for line in lines:
            _, num_nodes, num_edges, resolution = line.split()
            edges = [next(lines).split() for _ in range(int(num_edges))]
            membership = [int(field) for field in next(lines).split()[1:]]
            graph = igraph.Graph(int(num_nodes), [(int(u), int(v)) for u, v, _ in edges])
            weights = [float(weight) for _, _, weight in edges]
            out.write(f"modularity {quality(graph, membership, weights, float(resolution)):.17g}\n")
            out.write(f"best {best_of_leidenalg(graph, weights, float(resolution)):.17g}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
