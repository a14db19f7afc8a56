# kurw_*: 200 Kuramoto oscillators on a directed graph with weights, some of them negative, 8 nodes without edges and 20 pairs with two,
# 10 s of 1 ms at K = 50 /s by Brian2 (target numpy).
# Run in a folder for the output; then gzip -n9 kurw_*.npy
from brian2 import *
from brian2.units.allunits import radian
prefs.codegen.target = 'numpy'
defaultclock.dt = 1*ms
rs = np.random.RandomState(11)
N = 200
A = rs.rand(N, N) < 0.04
np.fill_diagonal(A, False)
A[:8, :] = A[:, :8] = False
pre, post = A.nonzero()
pre, post = np.r_[pre, pre[:20]], np.r_[post, post[:20]]
w = np.round(rs.uniform(-0.3, 2, len(pre)), 3)
theta0, omega = rs.rand(N)*2*np.pi, 3 + rs.randn(N)
osc = NeuronGroup(N, '''dTheta/dt = omega + K/N*coupling : radian
    omega : radian/second (constant)
    coupling : 1''', method='euler', namespace={'K': 50/second})
osc.Theta = theta0
osc.omega = omega*radian/second
S = Synapses(osc, osc, '''w : 1
    coupling_post = w*sin(Theta_pre - Theta_post) : 1 (summed)''')
S.connect(i=pre, j=post)
S.w = w
Network(osc, S).run(10*second)
for name, v in dict(pre=pre.astype(np.int32), post=post.astype(np.int32), w=w, theta0=theta0, omega=omega, end=np.asarray(osc.Theta)).items():
    np.save('kurw_%s.npy' % name, v)
