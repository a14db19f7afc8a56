# Wang-Buszaki model: J Neurosci. 1996 Oct 15;16(20):6402-13.
from brian2 import *
N = 100
Cm = 1*uF # /cm**2
gL = 0.1*msiemens
EL = -65*mV
ENa = 55*mV
EK = -90*mV
gNa = 35*msiemens
gK = 9*msiemens
Esyn = -75*mV
gsyn = 0.1*msiemens
alpha_s = 12/ms
beta_s = 0.1/ms
Msyn = 60
eqs = '''
dv/dt = (-gNa*m**3*h*(v-ENa)-gK*n**4*(v-EK)-gL*(v-EL)-gsyn*stot*(v-Esyn)+I)/Cm : volt
m = alpha_m/(alpha_m+beta_m) : 1
alpha_m = 0.1/mV*10*mV/exprel(-(v+35*mV)/(10*mV))/ms : Hz
beta_m = 4*exp(-(v+60*mV)/(18*mV))/ms : Hz
dh/dt = 5*(alpha_h*(1-h)-beta_h*h) : 1
alpha_h = 0.07*exp(-(v+58*mV)/(20*mV))/ms : Hz
beta_h = 1./(exp(-0.1/mV*(v+28*mV))+1)/ms : Hz
dn/dt = 5*(alpha_n*(1-n)-beta_n*n) : 1
alpha_n = 0.01/mV*10*mV/exprel(-(v+34*mV)/(10*mV))/ms : Hz
beta_n = 0.125*exp(-(v+44*mV)/(80*mV))/ms : Hz
ds/dt = alpha_s*F*(1-s) - beta_s*s : 1
F = 1/(1 + exp(-v/(2*mV))) : 1
stot : 1
I : amp
'''
neuron = NeuronGroup(N, eqs, method='exponential_euler', threshold='v > 0*mV', refractory='v > -20*mV')
seed(7)
neuron.v = '-70*mV + 20*mV*i/N'
neuron.h = 0.78
neuron.n = 0.09
neuron.I = '(1.0 + 0.03*sin(i*1.7))*uA'
syn = Synapses(neuron, neuron, 'stot_post = s_pre/Msyn : 1 (summed)')
syn.connect(condition='(i*7 + j*13) % 100 < 60 and i != j')
M = StateMonitor(neuron, ['v', 's'], record=0)
sp = SpikeMonitor(neuron)
pop = PopulationRateMonitor(neuron)
run(300*ms, report=None)
print(syn.N[:], len(syn), sp.num_spikes)
print("%.10g %.10g" % (M[0].v[-1]/mV, M[0].s[-1]))
# coherence measure kappa
def kappa(trains, bin, t0, t1):
    edges = np.arange(t0, t1 + bin/2, bin)
    b = [(np.histogram(np.asarray(tr), edges)[0] > 0).astype(int) for tr in trains]
    tot, cnt = 0.0, 0
    for a in range(len(b)):
        for c in range(a + 1, len(b)):
            den = np.sqrt(b[a].sum()*b[c].sum())
            if den > 0:
                tot += (b[a]*b[c]).sum()/den
            cnt += 1
    return tot/cnt
trains = sp.spike_trains()
k = kappa([trains[m] for m in range(30)], 0.0025, 0.1, 0.3)
print('kappa = {0:.4f}'.format(k))
isi = np.diff(trains[0]/ms)
print('ISI', np.round(isi.mean(), 6), np.round(np.std(isi), 6))
freqs = np.fft.rfftfreq(len(M.t), d=float(defaultclock.dt))
power = np.abs(np.fft.rfft(M.v[0]/mV - np.mean(M.v[0]/mV)))**2
print('peak', freqs[np.argmax(power)])
figure(figsize=(9, 7))
subplot(311)
plot(M.t/ms, M[0].v/mV)
ylabel('v (mV)')
subplot(312)
plot(sp.t/ms, sp.i, '|', color='k')
subplot(313)
plot(pop.t/ms, pop.smooth_rate(width=1*ms)/Hz)
xlabel('t (ms)')
show()
