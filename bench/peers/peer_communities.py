"""Community detection by igraph, networkx and python-louvain at resolution 1: median over seeds 1..N, one thread.

usage: peer_communities.py METHOD EDGES SEEDS, where METHOD is leiden (2 iterations), leiden-converged, multilevel,
networkx-louvain or python-louvain
"""
import csv
import random
import sys

from stage import Stopwatch, median, print_line, skip


def read_edges(path):
    names = {}
    edges, weights = [], []
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for source, target, weight in rows:
            edges.append((names.setdefault(source, len(names)), names.setdefault(target, len(names))))
            weights.append(int(weight))
    return len(names), edges, weights


def igraph_runner(method, n, edges, weights):
    try:
        import igraph
    except ImportError:
        skip("igraph is not installed")
    graph = igraph.Graph(n=n, edges=edges)

    def run(seed):
        random.seed(seed)  # igraph draws from Python's generator
        if method == "multilevel":
            return graph.community_multilevel(weights=weights).membership
        iterations = 2 if method == "leiden" else -1
        return graph.community_leiden("modularity", weights=weights, resolution=1.0, n_iterations=iterations).membership

    return run, lambda membership: graph.modularity(membership, weights=weights)


def networkx_runner(method, n, edges, weights):
    try:
        import networkx

        if method == "python-louvain":
            import community
    except ImportError as error:
        skip(f"{'python-louvain' if error.name == 'community' else error.name} is not installed")
    graph = networkx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from((u, v, w) for (u, v), w in zip(edges, weights))

    def run(seed):
        if method == "python-louvain":
            partition = community.best_partition(graph, weight="weight", random_state=seed)
            return [partition[node] for node in range(n)]
        membership = [0] * n
        for group, nodes in enumerate(networkx.community.louvain_communities(graph, weight="weight", resolution=1, seed=seed)):
            for node in nodes:
                membership[node] = group
        return membership

    def modularity(membership):
        groups = {}
        for node, group in enumerate(membership):
            groups.setdefault(group, set()).add(node)
        return networkx.community.modularity(graph, groups.values(), weight="weight")

    return run, modularity


def main(method, path, seeds):
    n, edges, weights = read_edges(path)
    runner = igraph_runner if method in ("leiden", "leiden-converged", "multilevel") else networkx_runner
    run, modularity = runner(method, n, edges, weights)
    seconds, cpu, qualities = [], [], []
    for seed in range(1, seeds + 1):
        stopwatch = Stopwatch()
        membership = run(seed)
        line = stopwatch.stop()
        seconds.append(line["seconds"])
        cpu.append(line["cpu_seconds"])
        qualities.append(modularity(membership))
    print_line(
        {
            "seconds": median(seconds),
            "cpu_seconds": sum(cpu) / seeds,
            "nodes": n,
            "edges": len(edges),
            "modularity": median(qualities),
            "best_modularity": max(qualities),
        }
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
