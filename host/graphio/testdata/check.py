"""Reads testdata/written, which the tests wrote (go test ./host/graphio -run TestWritten -update), with networkx. Run: python3 check.py"""
import json
import networkx as nx
import numpy as np
import scipy.io

IDS = ["a & b", "<b>", 'ünï\n"q"', "d"]
def same(G, directed, multi, x="x"):
    assert G.is_directed() == directed and list(G) == IDS, list(G)
    d = G.nodes
    assert d["a & b"]["rate"] == 1.5 and "rate" not in d["<b>"] and d["d"]["rate"] == 4
    assert d[IDS[2]]["n"] == 2**60 and d["a & b"]["on"] is True and d["d"]["on"] is False and d["<b>"]["kind"] == " y "
    edges = sorted((u, v, e["weight"]) for u, v, e in G.edges(data=True))
    want = [("a & b", "<b>", .1), ("<b>", IDS[2], -2.), ("d", "d", 1e-30)] + ([("a & b", "<b>", 7.)] if multi else [])
    assert edges == sorted(want), edges
    assert G.is_multigraph() == multi

for name, directed, multi in [("rich", False, False), ("multi", False, True)]:
    G = nx.read_graphml(f"written/{name}.graphml")
    same(G, directed, multi)
    assert G.nodes["d"]["x"] == -.25
for name, directed, multi in [("rich", True, False), ("multi", False, True)]:
    G = nx.read_gexf(f"written/{name}.gexf")
    same(G, directed, multi)
    assert G.nodes["d"]["viz"]["position"] == {"x": -.25, "y": 0., "z": 0.}
    G = nx.node_link_graph(json.load(open(f"written/{name}.json")))
    same(G, directed, multi)
    assert G.nodes["d"]["pos"] == [-.25, 0.]
    if multi:
        assert sorted(k for _, _, k in G.edges(keys=True)) == ["0", "0", "0", "k2"]
G = nx.read_edgelist("written/list.edgelist", nodetype=int)
assert sorted(G.edges(data=True)) == [(0, 1, {"weight": 1.0}), (0, 2, {"weight": 2.0, "on": True})] or \
       sorted(tuple(sorted(e[:2])) for e in G.edges(data=True)) == [(0, 1), (0, 2)] and G[2][0] == {"weight": 2.0, "on": True}, list(G.edges(data=True))
A = np.array([[0, .5, 0], [0, 0, 2], [0, 0, 0]])
assert (scipy.io.mmread("written/matrix.mtx").toarray() == A).all() and (np.load("written/matrix.npy") == A).all()
print("networkx", nx.__version__, "reads all of them")
