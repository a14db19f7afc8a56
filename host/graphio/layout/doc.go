// Package layout places the nodes of a graph in two or three dimensions.
//
// Circle, Grid and Random need the number of nodes only. [Spring] is networkx's spring_layout (Fruchterman and Reingold), for up to a
// few thousand nodes. [Force] is for large graphs and for live ones: it moves a few steps at a time, nodes can be pinned and moved, and
// edges change while it runs. Its start is [Start]: the global shape from distances to a few nodes (pivot MDS), components packed
// side by side, so that the forces have only details to settle.
//
// Positions are float32 in C order, [N, 3], in units of the length of an edge; z is 0 in two dimensions. The same seed gives the same
// positions, whatever the number of cores.
//
// # Forces
//
// The model is that of d3-force, with a repulsion that falls off quickly enough for the middle of a large graph not to be blown up
// (Hu, "Efficient and high quality force-directed graph drawing", 2005). With vectors r between two nodes, q = r² + [Softening]:
//
//	repulsion   s r / q^((dim+1)/2) from every node, s = Options.Repulsion
//	edges       -c r (1 - 1/|r|), c = 1/min(a, b) · b/(a+b) for a node of a neighbours whose neighbour has b
//	gravity     -g x, only where there are several components
//	step        v = 0.6 (v + alpha force), at most 1 long; x = x + v; alpha = 0.977 alpha, settled below 0.001
//
// Package gpu/layout computes the same on the device.
//
// What does not belong here: drawing, device buffers, reading files.
package layout
