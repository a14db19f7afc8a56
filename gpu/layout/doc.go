// Package layout moves the nodes of a graph on the device: the forces of package host/graphio/layout, with the far ones summed over
// a grid of cells of every size instead of a tree. Positions stay in one buffer, which the picture is drawn from; nothing is read back.
//
// A [Layout] is any way to place nodes live: [New] on the device, [NewHost] and [NewHostLater] on the CPU with the positions sent after each
// step, [NewFixed] for positions that only the user's hand changes. All methods run on the context's thread, inside Device.Do.
//
// # Accuracy and order
//
// Each level of the grid halves the cells. A node meets as single masses the cells of a level that are neither its own cell's
// neighbours nor within a cell met on a coarser level. On the finest level, which has about twice as many cells as there are nodes,
// it meets the nodes of the neighbouring cells one by one, unless a cell holds more than 64. What is added in a free order is added
// in fixed point, so that the same graph and seed give the same bits on one device.
//
// What does not belong here: cameras, drawing, picking, files.
package layout
