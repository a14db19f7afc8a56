package exec

import "fmt"

// Drain returns the samples of the network's own elements.
func (m *member) Drain(monitor int) (steps []int64, values [][]float64, err error) {
	if err := m.ready(); err != nil {
		return nil, nil, err
	}
	if m.alone != nil {
		return m.alone.Drain(monitor)
	}
	if monitor < 0 || monitor >= len(m.part.Monitors) {
		return nil, nil, fmt.Errorf("monitor %d does not exist: the plan has %d", monitor, len(m.part.Monitors))
	}
	if err := m.union.drain(monitor); err != nil {
		return nil, nil, err
	}
	s := m.samples[monitor]
	m.samples[monitor] = samples{values: make([][]float64, len(s.values))}
	return s.steps, s.values, nil
}

// drain deals the samples of a monitor out to the networks.
func (u *union) drain(monitor int) error {
	steps, values, err := u.inst.Drain(monitor)
	if err != nil {
		return err
	}
	for r, m := range u.members {
		s := &m.samples[monitor]
		s.steps = append(s.steps, steps...)
		for v, all := range values {
			n := m.part.Monitors[monitor].Vars[v].Len
			stride := n * len(u.members)
			for k := range steps {
				s.values[v] = append(s.values[v], all[k*stride+r*n:k*stride+(r+1)*n]...)
			}
		}
	}
	return nil
}

// DrainSpikes returns the spikes of the network's own elements.
func (m *member) DrainSpikes(monitor int) (*Spikes, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	if m.alone != nil {
		s, ok := m.alone.(SpikeRecorder)
		if !ok {
			return nil, fmt.Errorf("the %s backend cannot record spikes", m.batch.Caps().Name)
		}
		return s.DrainSpikes(monitor)
	}
	if monitor < 0 || monitor >= len(m.part.SpikeMonitors) {
		return nil, fmt.Errorf("spike monitor %d does not exist: the plan has %d", monitor, len(m.part.SpikeMonitors))
	}
	if err := m.union.drainSpikes(monitor); err != nil {
		return nil, err
	}
	s := m.spikes[monitor]
	m.spikes[monitor] = Spikes{Values: make([][]float64, len(s.Values))}
	return &s, nil
}

// drainSpikes deals the spikes of a monitor out to the networks.
func (u *union) drainSpikes(monitor int) error {
	recorder, ok := u.inst.(SpikeRecorder)
	if !ok {
		return fmt.Errorf("the backend cannot record spikes")
	}
	got, err := recorder.DrainSpikes(monitor)
	if err != nil {
		return err
	}
	first := u.members[0].part
	p := first.SpikeMonitors[monitor]
	n := u.elements(int(p.List))
	if p.CountOnly {
		for r, m := range u.members {
			m.spikes[monitor].Counts = append([]int64(nil), got.Counts[r*n+p.From:r*n+p.To]...)
		}
		return nil
	}
	if p.Rate {
		u.rates(monitor, got)
		return nil
	}
	for k, e := range got.Index {
		r, own := int(e)/n, int(e)%n
		if own < p.From || own >= p.To {
			continue
		}
		s := &u.members[r].spikes[monitor]
		s.Steps, s.Index = append(s.Steps, got.Steps[k]), append(s.Index, int32(own-p.From))
		for v := range got.Values {
			s.Values[v] = append(s.Values[v], got.Values[v][k])
		}
	}
	return nil
}

// elements is the number of elements of one network that may be in a list.
func (u *union) elements(list int) int {
	b := u.members[0].part.Buffers[list]
	return b.Len/max(b.Rows, 1) - 1
}

// rates counts the spikes of each step since the last time, in each network.
func (u *union) rates(monitor int, got *Spikes) {
	p := u.members[0].part.SpikeMonitors[monitor]
	n := u.elements(int(p.List))
	from, to := u.rated[monitor], u.ticks(monitor)
	if to <= from {
		return
	}
	u.rated[monitor] = to
	counts := make([]int32, int(to-from)*len(u.members))
	for k, e := range got.Index {
		r, own := int(e)/n, int(e)%n
		if s := got.Steps[k] - from; s >= 0 && s < to-from && own >= p.From && own < p.To {
			counts[int(s)*len(u.members)+r]++
		}
	}
	for r, m := range u.members {
		s := &m.spikes[monitor]
		for k := from; k < to; k++ {
			s.Steps, s.Index = append(s.Steps, k), append(s.Index, counts[int(k-from)*len(u.members)+r])
		}
	}
}

// ticks is how often a spike monitor has run by now.
func (u *union) ticks(monitor int) int64 {
	at, n := u.inst.At(), int64(0)
	clock := u.plan.Clocks[u.plan.SpikeMonitors[monitor].Clock]
	if at.Step > clock.Phase {
		n = (at.Step - clock.Phase + clock.Period - 1) / clock.Period
	}
	if at.Item > 0 && at.Step >= clock.Phase && (at.Step-clock.Phase)%clock.Period == 0 && u.passed(monitor, at.Item) {
		n++
	}
	return n
}

// forget drops what waits to be drained: recording begins anew at the present step.
func (u *union) forget() {
	u.rated = make([]int64, len(u.plan.SpikeMonitors))
	for i := range u.rated {
		u.rated[i] = u.ticks(i)
	}
	for _, m := range u.members {
		m.samples, m.spikes = make([]samples, len(m.part.Monitors)), make([]Spikes, len(m.part.SpikeMonitors))
		for i, pm := range m.part.Monitors {
			m.samples[i].values = make([][]float64, len(pm.Vars))
		}
		for i, pm := range m.part.SpikeMonitors {
			m.spikes[i].Values = make([][]float64, len(pm.Vars))
		}
	}
}
