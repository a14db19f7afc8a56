// Package plan turns a network description into everything a backend needs to run it: kernels, buffers with types and
// shapes, connectivity, and the schedule of one step.
//
// A Plan is data. It holds no GL names and no Go closures; a backend that is given one needs nothing else. Build makes it in this
// order: clocks, models (parsed and checked), connectivity, buffers, kernels, schedule; then Verify looks at the result
// with fresh eyes and refuses what a backend could misread.
//
// What belongs here: layout, schedule, memory estimates, the choice between forms of connectivity. What does not: the meaning of
// expressions (package lower), how matrices are drawn (package connect), how anything is executed (host/cpu, gpu/compute).
package plan
