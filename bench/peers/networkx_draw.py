"""networkx_draw.py graph-NODES-EDGES MODE: frames of a graph, 800 x 600, by networkx and matplotlib's Agg, into memory. MODE draw draws everything anew
with networkx.draw, MODE colors keeps the drawing's artists and gives the nodes new colors."""
import math
import sys
import time

import protocol

workload, mode = sys.argv[1], sys.argv[2]
if not workload.startswith("graph-"):
    protocol.missing("no script for it")
nodes, edges = (int(x) for x in workload.split("-")[1:])
try:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    import networkx as nx
    import numpy as np
except ImportError as e:
    protocol.missing(str(e))


def disc():
    """The graph of bench.Disc."""
    radius = [.97*math.sqrt((i + .5)/nodes) for i in range(nodes)]
    angle = [i*math.pi*(3 - math.sqrt(5)) for i in range(nodes)]
    at = np.array([[r*math.cos(a), r*math.sin(a)] for r, a in zip(radius, angle)], np.float32)
    state, pairs = 1, []

    def draw():
        nonlocal state
        state = (state*6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % nodes

    while len(pairs) < edges:
        i, best, least = draw(), -1, math.inf
        for _ in range(8):
            j = draw()
            d = float(((at[i] - at[j])**2).sum())
            if j != i and d < least:
                best, least = j, d
        if best >= 0:
            pairs.append((i, best))
    return at, pairs


at, pairs = disc()
graph = nx.Graph()
graph.add_nodes_from(range(nodes))
graph.add_edges_from(pairs)
pos = dict(enumerate(at))
values = [np.mod(4*np.hypot(at[:, 0], at[:, 1]) + 2*math.pi*k/8, 2*math.pi) for k in range(8)]
figure = plt.figure(figsize=(8, 6), dpi=100)
style = dict(node_size=25, width=.8, edge_color="#888888", cmap="twilight", vmin=0, vmax=2*math.pi)
frame = 0


def draw():
    figure.clear()
    nx.draw(graph, pos, ax=figure.add_subplot(), node_color=values[frame % 8], **style)


draw()
collection = next(c for c in figure.axes[0].collections if hasattr(c, "get_offsets") and len(c.get_offsets()) == nodes)


def run():
    global frame
    count, start, used = 0, time.perf_counter(), protocol.user()
    while count < 3 or time.perf_counter() - start < .5:
        frame += 1
        if mode == "draw":
            draw()
        else:
            collection.set_array(values[frame % 8])
        figure.canvas.draw()
        count += 1
    return count, time.perf_counter() - start, protocol.user() - used, None


figure.canvas.draw()
protocol.serve(1, edges, run)
