// Package graphio reads, writes and generates graphs: who is connected with whom, how strongly, and where.
//
// A [Graph] is a list of edges with weights, names, attributes and positions. [Read] and [Write] know adjacency matrices (npy, csv,
// Matrix Market), edge lists, GraphML, GEXF and node-link JSON as networkx writes them; [ReadFile] and [WriteFile] choose by the
// file's name. An adjacency matrix has its sources in rows: A[i, j] is the weight of the edge from i to j, as in networkx.
//
// Files are not trusted. No length in a file is: memory grows with the bytes that are really there. No entity is expanded, no
// DTD is read and no address followed. Weights and positions are finite. Every malformed input is a [*record.FormatError] with
// its line and, where the format has them, its column.
//
// Generators draw with Philox from integers only: the same seed gives the same graph on every machine. They take the place of
// gonum's graph/graphs/gen, which draws floating-point numbers from a sequential source and stores every edge in maps.
//
// What does not belong here: layouts (package layout below), drawing, device buffers, and synapses (package connect).
package graphio
