// Package exectest is the conformance suite of exec.Backend. Every backend runs it in each precision it offers:
//
//	func TestSuite(t *testing.T) {
//		exectest.RunSuite(t, func() exec.Backend { return cpu.Backend{} }, plan.Double, exectest.ExactTolerance(plan.Double))
//	}
//
// Spikes and Networks are further parts, for backends that run spiking networks.
//
// The suite builds plans by hand, operation by operation, and compares with ir.EvalConst, with package rng and with plain loops
// written here, so that a mistake in a front end or in the plan builder does not hide one in a backend.
//
// What belongs here: what exec and ir promise. What does not: models, equations, and speed.
package exectest
