package main

import "github.com/spf13/cobra"

// scriptsTopic is galvani help scripts: the things that most models need, each in a line that runs.
func scriptsTopic() *cobra.Command {
	return &cobra.Command{Use: "scripts", Short: "How to write a model, line by line", Long: scriptsLong + "\n\n" + scriptsExample}
}

const scriptsLong = `A model is a Python script in Brian2's vocabulary (below), ANNarchy's or PymoNNto's; examples/ has
models in each. Imports may stay. What it prints goes to the terminal; with --out DIR what its monitors
recorded goes to DIR/NAME.npz, and with --figures what it plots to DIR/figure-1.png.`

const scriptsExample = `  # parameters that --set n=50 --set tau=20*ms change
  n, tau = param("n", 200), param("tau", 10*ms)
  # a function that equations call; it may have if, np.where, loops of a known length
  @check_units(x=1, result=1)
  def rectified(x):
      return x if x > 0 else 0
  # neurons: equations with units, threshold, reset, refractory period; parameters of each neuron
  G = NeuronGroup(n, '''dv/dt = (I - v + rectified(g))/tau : 1 (unless refractory)
                        dg/dt = -g/(5*ms) : 1
                        I : 1''', threshold='v > 1', reset='v = 0', refractory=2*ms, method='euler')
  G.v = 'rand()'                                  # random initial values
  G.I = '0.8 + 0.4*i/N'                           # different for each neuron
  # noise: add  + 0.1*xi*tau**-0.5  to an equation of v
  # Poisson input: to all neurons at once, or from a group of sources
  background = PoissonInput(G, 'g', N=100, rate=5*Hz, weight=0.02)
  P = PoissonGroup(50, rates=20*Hz)
  # given input: spikes at given times, a current over time (I = current(t) in an equation)
  spikes = SpikeGeneratorGroup(2, [0, 1], [5, 10]*ms)
  current = TimedArray([0, 1, 0.5], dt=10*ms)
  # synapses: a weight and a delay for each
  S = Synapses(G, G, 'w : 1', on_pre='g_post += w')
  S.connect(condition='i != j', p=0.1)            # also: connect(i=[0, 1], j=[2, 3]), connect(j='i')
  S.w = 'clip(0.02 + 0.01*randn(), 0, 0.05)'
  S.delay = '(1 + 2*rand())*ms'                   # one for all: Synapses(..., delay=1.5*ms)
  F = Synapses(P, G, on_pre='g_post += 0.1')
  F.connect(p=0.2)
  # plasticity: traces that decay, code for spikes at both ends
  L = Synapses(spikes, G, '''w : 1
                 da/dt = -a/(20*ms) : 1 (event-driven)
                 db/dt = -b/(20*ms) : 1 (event-driven)''',
               on_pre='g_post += w; a += 0.01; w = clip(w + b, 0, 1)', on_post='b -= 0.01; w = clip(w + a, 0, 1)')
  L.connect()
  L.w = 0.5
  # record: variables of some neurons, spikes, the rate of all
  V = StateMonitor(G, ['v', 'g'], record=[0, 10], dt=0.5*ms)
  M = SpikeMonitor(G)
  R = PopulationRateMonitor(G)
  run(100*ms)
  print(M.num_spikes, V.v[0, -1], R.smooth_rate(width=5*ms).max())
  plot(M.t/ms, M.i, '.')                          # --figures --out DIR
  xlabel('t (ms)')
  np.savez('mine.npz', w=L.w, counts=M.count)     # written to --out DIR`
