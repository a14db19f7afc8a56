package conform

import "github.com/galvani-sim/galvani/host/check"

// chosenModels hold what random models do not: variables that all neurons share, noise, distributions with arguments, and
// statements that read each other in every order.
var chosenModels = []model{
	{name: "shared", dialect: check.ANNarchy, method: "euler", layers: 1, rows: 2, cols: 3,
		parameters: "tau = 12.0 : population\nk = 2 : population, int",
		equations: `
count += 1 : population, int
noise = Uniform(-1.0, 1.0) : population
drive = 0.5*drive + 0.1*noise + 0.01*count : population
tau*dm/dt + m = drive + Normal(0.0, 0.1) : population, min=-0.3, max=0.2, init=0.1
r = m + drive*x/5.0 + Uniform(0.0, 0.1)
late = drive + r*k`},
	{name: "shared ODEs", method: "rk4", layers: 1, rows: 2, cols: 3,
		equations: `
du/dt = (1 - u)/(8*ms) : 1 (shared)
dv/dt = (u*(1 + 0.1*i) - v)/(10*ms) : 1`},
	{name: "order", dialect: check.ANNarchy, method: "euler", layers: 1, rows: 2, cols: 3,
		equations: `
a = tanh(r + b)
dr/dt = (a - r)/10.0 : init=0.3
dq/dt = (r - q)/20.0
b = r - q + 0.1*x
ds/dt = (b*r - s)/15.0 : min=0.0, max=0.05
z = a + 0.25*s
c *= 0.5 : init=1.0, min=0.2`},
	{name: "noise", method: "euler", layers: 1, rows: 2, cols: 3,
		equations: `
dv/dt = (0.3 - v)/(10*ms) + 0.2*xi*(10*ms)**-0.5 : 1
dw/dt = (v - w)/(20*ms) + (0.1*xi_a + 0.3*xi_b)*(20*ms)**-0.5 : 1
du/dt = -u/(5*ms) + 0.5*xi_a*(5*ms)**-0.5 : 1`},
	{name: "distributions", dialect: check.ANNarchy, method: "euler", layers: 1, rows: 2, cols: 4,
		parameters: "start = Normal(1.0, 0.5)\nrate = 3.5\npick = Uniform(0.0, 2.0) : population",
		equations: `
e = Exponential(rate)
l = LogNormal(0.1, 0.2*Uniform(0.5, 1.0))
g = Gamma(2.5, 0.5)
d = DiscreteUniform(-2, 5) : int
r = 0.1*e + 0.1*l + 0.1*g + start*pick`},
	{name: "brian draws", method: "euler", layers: 1, rows: 2, cols: 4,
		equations: `
k = poisson(4.5) : integer (constant over dt)
big = poisson(40.0) : integer (constant over dt)
s = 0.3*randn() + 0.2*rand() : 1 (constant over dt)
dv/dt = (0.05*k + 0.01*big + s - v)/(10*ms) : 1
dw/dt = (s*s - w)/(15*ms) : 1`},
	{name: "whole numbers", method: "euler", layers: 2, rows: 3, cols: 5,
		equations: `
p : integer
q = (i*7 - 11)//4 + (p - i) % 5 : integer (constant over dt)
odd = (q % 2 == 1) or not (p < q <= 3) : boolean (constant over dt)
dv/dt = ((0.5 if odd else -0.25) + 0.01*q + 0.1*x - 0.2*y + 0.3*z - v)/(10*ms) : 1`},
}
