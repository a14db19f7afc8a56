# kurs_*: 60 Kuramoto oscillators on a directed random graph with loops left out, 10 s of 1 ms at K = 0, 5, 30 and 300 /s, by Brian2.
# Run in a folder for the output; then gzip -n9 kurs_*.npy
import numpy as np
from brian2 import *
from brian2.units.allunits import radian
prefs.codegen.target = 'numpy'
defaultclock.dt = 1*ms
rs = np.random.RandomState(7)
N = 60
A = (rs.rand(N, N) < 0.1).astype(np.int8)
np.fill_diagonal(A, 0)
theta0, omega = rs.rand(N)*2*np.pi, 3 + rs.randn(N)
ends = []
for K in (0, 5, 30, 300):
    osc = NeuronGroup(N, '''dTheta/dt = omega + K/N*coupling : radian
        omega : radian/second (constant)
        coupling : 1''', method='euler', namespace={'K': K/second})
    osc.Theta = theta0
    osc.omega = omega*radian/second
    S = Synapses(osc, osc, 'coupling_post = sin(Theta_pre - Theta_post) : 1 (summed)')
    i, j = A.nonzero()
    S.connect(i=i, j=j)
    Network(osc, S).run(10*second)
    ends.append(np.asarray(osc.Theta))
np.save('kurs_A.npy', A); np.save('kurs_theta0.npy', theta0); np.save('kurs_omega.npy', omega); np.save('kurs_ends.npy', np.array(ends))
