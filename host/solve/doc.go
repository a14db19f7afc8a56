// Package solve turns differential equations into one time step: expressions in, expressions out.
//
// A System holds, for each state variable, the leaf that stands for its old value and the expression of its time
// derivative, all made by one ir.Builder. Step returns the expressions of the new values. Everything on the right-hand
// side is read before anything is written: each new value is a function of old values only.
//
//	sys := &solve.System{B: b, DT: 1e-4, Vars: []solve.Var{{Name: "v", Value: v, Deriv: dv}}}
//	news, err := solve.Step("exact", sys)
//
// White noise appears in the derivatives as a leaf of its own, listed in System.Noises with the standard normal draw
// that takes its place. Equations that share a leaf share the draw.
//
// The methods are those of Brian2, under its names. Without noise they give its numbers up to rounding:
//
//	exact              linear systems, in closed form; inputs are frozen over the step
//	exponential_euler  each equation linear in its own variable; the others are frozen over the step
//	euler              explicit Euler; Euler-Maruyama for additive noise
//	rk2                midpoint rule
//	rk4                classical fourth-order Runge-Kutta
//	heun               explicit Euler, with Heun's predictor on the noise (Stratonovich)
//	milstein           explicit Euler, with Milstein's term on diagonal noise (Stratonovich)
//
// Given the same noise, milstein differs from Brian2 2.5.1, whose scheme is free of derivatives: it takes (g(x + dt·f + √dt·g) - g(x))/√dt
// for g·g'. For dx/dt = s·x·xi both add s²·x·dW²/2 up to terms of higher order, but that difference is one-sided, and where g is not linear
// in x it converges with strong order 1/2 only (see milstein). The derivative here is symbolic, and the order is 1.
//
// A method that cannot do an equation returns an *Unsuitable, which names the variable, says why, and lists the methods
// that can.
//
// What belongs here: numerical methods, and the algebra on expressions that they need (linear forms, derivatives).
// What does not: names, units and text of equations (package check), refractoriness, clamping and memory (package
// lower), the order of execution (package plan).
package solve
