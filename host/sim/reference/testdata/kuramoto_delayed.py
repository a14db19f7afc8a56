# kurd_*: Kuramoto oscillators whose coupling takes time, 10 s of 1 ms by Euler steps:
#   theta_i(k+1) = theta_i(k) + dt*(omega_i + K/N*sum_j w_ji*sin(theta_j(k - d_ji) - theta_i(k))),   theta_j(k) = theta_j(0) for k < 0.
# Brian2 2.5.1 has no delays for (summed) variables, so this is NumPy alone, edge by edge.
#   graph: 60 oscillators on a directed graph with weights, a delay of 0 to 60 ms for each edge, 4 nodes without edges, K = 40 /s
#   all:   40 oscillators, all to all but not to themselves, one delay of 150 ms, K = 3 /s
# Run in a folder for the output; then gzip -n9 kurd_*.npy
import numpy as np

DT, STEPS = 1e-3, 10000


def run(n, pre, post, w, lag, omega, theta0, K):
    """Final phases, and the order parameter every 100 steps."""
    past = np.tile(theta0, (STEPS + 1, 1))  # row k: the phases of step k
    R = []
    for k in range(STEPS):
        now = past[k]
        if k % 100 == 0:
            R.append(abs(np.exp(1j*now).mean()))
        s = np.zeros(n)
        np.add.at(s, post, w*np.sin(past[np.maximum(k - lag, 0), pre] - now[post]))
        past[k + 1] = now + DT*(omega + K/n*s)
    R.append(abs(np.exp(1j*past[STEPS]).mean()))
    return past[STEPS], np.array(R)


rs = np.random.RandomState(1975)
N = 60
A = rs.rand(N, N) < 0.12
np.fill_diagonal(A, False)
A[:, :4] = A[:4, :] = False
pre, post = A.nonzero()
w = np.round(rs.uniform(0.2, 2, len(pre)), 3)
lag = rs.randint(0, 61, len(pre))
omega, theta0 = 3 + rs.randn(N), rs.rand(N)*2*np.pi
end, R = run(N, pre, post, w, lag, omega, theta0, 40.0)
for name, v in dict(pre=pre.astype(np.int32), post=post.astype(np.int32), w=w, lag=lag.astype(np.int32), omega=omega, theta0=theta0, end=end, R=R).items():
    np.save('kurd_%s.npy' % name, v)
print(R[[0, 10, 50, 100]])

N = 40
pre, post = (~np.eye(N, dtype=bool)).nonzero()
omega, theta0 = 6 + 0.5*rs.randn(N), rs.rand(N)*2*np.pi
end, R = run(N, pre, post, 1.0, np.full(len(pre), 150), omega, theta0, 3.0)
for name, v in dict(omega=omega, theta0=theta0, end=end, R=R).items():
    np.save('kurd_all_%s.npy' % name, v)
print(R[[0, 10, 50, 100]])
