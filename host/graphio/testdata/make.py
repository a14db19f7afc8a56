"""Writes graphs with networkx in every format, and NAME.want, the same graph as lines of text. Run: python3 make.py (networkx 2.8.8)."""
import json
import networkx as nx
import numpy as np
import scipy.io
import scipy.sparse

def value(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, (int, float)):
        return repr(float(v))
    return v if isinstance(v, str) else json.dumps(v, separators=(",", ":"))

def want(name, G, drop=()):
    with open(name + ".want", "w") as f:
        f.write(f"{'directed' if G.is_directed() else 'undirected'} {'multi' if G.is_multigraph() else 'simple'}\n")
        def attrs(d):
            return "".join(f" {k}={value(v)}" for k, v in sorted(d.items()) if k not in drop)
        for n, d in G.nodes(data=True):
            f.write(f"node {value(n) if not isinstance(n, (int, str)) else n}{attrs(d)}\n")
        es = G.edges(keys=True, data=True) if G.is_multigraph() else G.edges(data=True)
        for e in es:
            d = dict(e[-1])
            if G.is_multigraph():
                d["key"] = e[2]
            f.write(f"edge {value(e[0]) if not isinstance(e[0], (int, str)) else e[0]} {value(e[1]) if not isinstance(e[1], (int, str)) else e[1]}{attrs(d)}\n")

def dump(name, data):
    json.dump(data, open(name, "w"))

# a graph with everything
G = nx.DiGraph(name="demo")
G.add_node("a", kind="exc", rate=1.5, n=3, on=True)
G.add_node("b & <c>", kind="inh \"x\"", rate=-2.0, n=4, on=False)
G.add_node("ünï", rate=0.1)
G.add_edge("a", "b & <c>", weight=0.5, sign=1)
G.add_edge("b & <c>", "a", weight=-1.25, sign=-1)
G.add_edge("ünï", "ünï", weight=3.0, tag="loop")
nx.write_graphml_xml(G, "full.graphml"); want("full.graphml", G)
nx.write_gexf(G, "full.gexf"); want("full.gexf", nx.read_gexf("full.gexf"), drop=("label", "id"))
dump("full_links.json", nx.node_link_data(G)); want("full_links.json", G)
dump("full_edges.json", nx.node_link_data(G, link="edges") if "link" in nx.node_link_data.__code__.co_varnames else {("edges" if k == "links" else k): v for k, v in nx.node_link_data(G).items()}); want("full_edges.json", G)

M = nx.MultiGraph()
M.add_nodes_from(range(4))
M.add_edge(0, 1, weight=1.0); M.add_edge(0, 1, weight=2.0); M.add_edge(2, 2, weight=0.5)
dump("multi.json", nx.node_link_data(M)); want("multi.json", M)
nx.write_graphml_xml(M, "multi.graphml")
nx.write_gexf(M, "multi.gexf")

P = nx.path_graph(4)
for n, (x, y) in nx.circular_layout(P).items():
    P.nodes[n]["pos"] = [float(x), float(y)]
dump("pos.json", nx.node_link_data(P)); want("pos.json", P)
P2 = nx.path_graph(4)
for n in P2:
    P2.nodes[n]["x"], P2.nodes[n]["y"] = P.nodes[n]["pos"]
nx.write_graphml_xml(P2, "pos.graphml"); want("pos.graphml", P2)
P3 = nx.path_graph(4)
for n in P3:
    P3.nodes[n]["viz"] = {"position": {"x": n + .5, "y": -n, "z": 2.0}}
nx.write_gexf(P3, "pos.gexf"); dump("viz.json", nx.node_link_data(P3))

L = nx.grid_2d_graph(2, 3)
dump("tuples.json", nx.node_link_data(L)); want("tuples.json", L)
N = nx.Graph(); N.add_node(1, v=float("nan"), big=2**70, none=None); N.add_node("1"); N.add_edge(1, "1")
dump("odd.json", nx.node_link_data(N))

W = nx.Graph(); W.add_weighted_edges_from([(10, 2, .5), (2, 7, 1.), (7, 30, -2.)])
nx.write_edgelist(W, "data.edgelist")
nx.write_weighted_edgelist(W, "weighted.edgelist")
nx.write_edgelist(W, "plain.edgelist", data=False)

D = nx.DiGraph(); D.add_nodes_from(range(5)); D.add_weighted_edges_from([(0, 1, .5), (1, 2, 2.), (4, 0, -1.)])
A = nx.to_numpy_array(D)
np.save("directed.npy", A)
np.savetxt("directed.csv", A, delimiter=",")
S = nx.to_numpy_array(nx.path_graph(4)); np.save("path.npy", S.astype(bool)); np.save("path_f.npy", np.asfortranarray(S))
for field in ("real", "integer", "pattern"):
    scipy.io.mmwrite(f"sym_{field}.mtx", scipy.sparse.coo_matrix(S * 2 if field != "pattern" else S), field=field)
scipy.io.mmwrite("general.mtx", scipy.sparse.coo_matrix(A))
scipy.io.mmwrite("array.mtx", A)
scipy.io.mmwrite("array_sym.mtx", S)
scipy.io.mmwrite("skew.mtx", scipy.sparse.coo_matrix(np.triu(A + A.T, 1) - np.triu(A + A.T, 1).T), symmetry="skew-symmetric")
# spring_layout from given positions, for package layout
B = nx.karate_club_graph()
start = {n: np.array([np.cos(2.4 * n) * (n + 1) / 34, np.sin(2.4 * n) * (n + 1) / 34]) for n in B}
A = nx.to_numpy_array(B, weight="weight")
np.save("karate.npy", A)
start = {n: np.float32(p).astype(float) for n, p in start.items()}
end = nx.spring_layout(B, pos=start, iterations=50)
np.save("karate_spring.npy", np.array([end[n] for n in B]))
start3 = {n: np.append(start[n], (n * 7 % 34) / 34) for n in B}
start3 = {n: np.float32(p).astype(float) for n, p in start3.items()}
end = nx.spring_layout(B, pos=start3, dim=3, iterations=20)
np.save("karate_spring3.npy", np.array([end[n] for n in B]))
