package native

// d64 writes an instruction of float64 lanes.
func (g *generator) d64(f form, dst, src int, rm operand) {
	g.isa.instruction(f, full, dst, src, rm, 0)
}

// c64 is a float64 constant in all lanes; set64 puts it into a register, and move64 copies one.
func (g *generator) c64(x float64) operand { return g.constant(double(x)) }

func (g *generator) set64(r int, x float64) { g.isa.fill(1, r, g.c64(x)) }

func (g *generator) move64(r, from int) { g.d64(movReal[1], r, 0, register(from)) }

// abs64 sets r to the size of x.
func (g *generator) abs64(r, x int) { g.d64(andBits[1], r, x, g.constant(1<<63-1)) }

// sign64 gives r, which is not negative, the sign of x. It uses t.
func (g *generator) sign64(r, x, t int) {
	g.d64(andBits[1], t, x, g.constant(1<<63))
	g.d64(orBits[1], r, r, register(t))
}

// polynomial sets r to the polynomial in z with the coefficients, highest first.
func (g *generator) polynomial(r, z int, coefficients ...float64) {
	g.set64(r, coefficients[0])
	for _, c := range coefficients[1:] {
		g.d64(fma213, r, z, g.c64(c))
	}
}

// function writes d = op(x). Functions of float32 are those of float64, rounded once: they work on one half of the lanes after the
// other.
func (g *generator) function(op Op, d, x int) {
	if g.loop.Wide {
		g.function64(op, d, x)
		return
	}
	part := g.temp(realClass)
	kept := len(g.regs.temps)
	g.d64(widen, part, 0, register(x))
	g.function64(op, d, part)
	g.regs.release(kept)
	g.d64(narrow, d, 0, register(d))
	g.isa.upper(part, x)
	g.d64(widen, part, 0, register(part))
	g.function64(op, part, part)
	g.regs.release(kept)
	g.d64(narrow, part, 0, register(part))
	g.isa.join(d, d, part)
}

// function64 writes d = op(x) in float64 lanes; d may be x.
func (g *generator) function64(op Op, d, x int) {
	switch op {
	case Exp:
		g.exp(d, x)
	case Expm1:
		g.expm1(d, x)
	case Exprel:
		g.exprel(d, x)
	case Tanh:
		g.tanh(d, x)
	case Sinh:
		g.sinh(d, x)
	case Cosh:
		g.cosh(d, x)
	case Log, Log10:
		g.log(op, d, x)
	case Log1p:
		g.log1p(d, x)
	case Cube, Fourth:
		g.power(op, d, x)
	}
}

// power is the third or fourth power with the rounding error of each product carried along.
func (g *generator) power(op Op, d, x int) {
	t := g.temps(5)
	p, e, r, c, v := t[0], t[1], t[2], t[3], t[4]
	g.d64(mulReal[1], p, x, register(x))
	g.move64(e, p)
	g.d64(fms231, e, x, register(x)) // error of the square
	with := x
	if op == Fourth {
		with = p
	}
	g.d64(mulReal[1], r, p, register(with))
	g.move64(c, r)
	g.d64(fms231, c, p, register(with))
	if op == Fourth {
		g.d64(addReal[1], v, p, register(p))
		g.d64(mulReal[1], e, v, register(e))
	} else {
		g.d64(mulReal[1], e, e, register(x))
	}
	g.d64(addReal[1], c, c, register(e))
	// The error term is left out where the power overflowed and where it is zero.
	g.d64(addReal[1], v, r, register(c))
	finite, some := g.temp(maskClass), g.temp(maskClass)
	g.d64(subReal[1], e, v, register(v))
	g.isa.compare(1, finite, e, g.c64(0), predicateEq, false)
	g.isa.compare(1, some, c, g.c64(0), predicateNe, false)
	g.isa.and(finite, finite, some)
	g.isa.mix(1, d, r, register(v), finite)
}
