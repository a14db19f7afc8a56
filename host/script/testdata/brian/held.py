# Expected values of brian_surface_test.go: python3 held.py > held.txt (Brian2 2.5.1, numpy target).
from brian2 import *
prefs.codegen.target = "numpy"
def show(name, x): print(name, " ".join("%.12g" % v for v in np.ravel(x)))

G = NeuronGroup(4, """dv/dt = (drive - v)/(10*ms) : 1
    common = 2*gain + t/ms : 1 (shared, constant over dt)
    drive = gain*(1.5 + 0.5*sin(t/(3*ms) + i) + 0.1*pull + 0.2*v) : 1 (constant over dt)
    gain : 1 (shared)
    pull : 1
    seen : 1
    late : 1""", threshold="v > 1 + 0.01*common", reset="v = 0", dt=0.2*ms, method="rk2")
G.gain = 1
G.run_regularly("gain = gain + 0.1", dt=1*ms)
G.run_regularly("seen = drive", dt=0.4*ms)
H = NeuronGroup(2, "dx/dt = (y - x)/(2*ms) : 1\ny : 1", dt=0.1*ms, method="exact", name="ahead")
S = Synapses(G, G, "w : 1\npull_post = w*(drive_pre - v_post) : 1 (summed)")
S.connect(condition="i != j")
S.w = "0.1*(i - j)"
T = Synapses(G, H, "y_post = drive_pre + common_pre : 1 (summed)")
T.connect(j="i % 2")
R = Synapses(G, H, on_pre="x_post += drive_pre", delay=0.4*ms)
R.connect(j="i % 2")
A = StateMonitor(G, ["drive", "common", "v", "pull", "seen"], record=True)
B = StateMonitor(G, "drive", record=[1, 3], dt=0.1*ms)
E = StateMonitor(G, "drive", record=[0], when="end")
C = StateMonitor(H, ["x", "y"], record=True)
P = SpikeMonitor(G, variables="drive")
run(2.5*ms)
show("drive_between", G.drive)
run(3*ms)
for n in ["drive", "v", "pull", "seen"]: show(n, getattr(A, n))
show("common", A.common[0])
show("drive_often", B.drive)
show("drive_end", E.drive)
show("x", C.x)
show("y", C.y)
show("spikes_i", P.i)
show("spikes_drive", P.drive)
show("drive_after", G.drive)
