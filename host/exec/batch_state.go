package exec

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/galvani-sim/galvani/host/ir"
	"github.com/galvani-sim/galvani/host/plan"
)

// passed reports whether the item of a spike monitor lies before one of the schedule.
func (u *union) passed(monitor, item int) bool {
	for _, it := range u.plan.Schedule[:min(item, len(u.plan.Schedule))] {
		for _, op := range it.Ops {
			if r, ok := op.(*plan.RecordSpikes); ok && r.Monitor == monitor {
				return true
			}
		}
	}
	return false
}

// Snapshot is the network's part of the state.
func (m *member) Snapshot() (*Snapshot, error) {
	if err := m.current(); err != nil {
		return nil, err
	}
	if m.alone != nil {
		return m.alone.Snapshot()
	}
	u := m.union
	if s := u.restored[m]; s != nil {
		return s, nil
	}
	if err := u.take(); err != nil {
		return nil, err
	}
	s := &Snapshot{Fingerprint: m.part.Fingerprint, At: u.snapshot.At, Data: map[plan.BufferID][]byte{}}
	for p, r := range u.snapshot.Written {
		if int(p.Buffer) < len(m.part.Buffers) && p.Replica == m.replica {
			if s.Written == nil {
				s.Written = map[plan.Part][2]float64{}
			}
			s.Written[plan.Part{Buffer: p.Buffer}] = r
		}
	}
	for id, data := range u.snapshot.Data {
		if int(id) >= len(m.part.Buffers) {
			continue
		}
		b := u.plan.Buffers[id]
		switch {
		case b.Rows > 0:
			s.Data[id] = m.ownSpikes(b, data)
		case b.Each == 0:
			s.Data[id] = append([]byte(nil), data...)
		default:
			n := len(data) / len(u.members)
			s.Data[id] = append([]byte(nil), data[m.replica*n:(m.replica+1)*n]...)
		}
	}
	return s, nil
}

// take copies the state of all networks once for all of them.
func (u *union) take() (err error) {
	if u.snapshot == nil {
		u.snapshot, err = u.inst.Snapshot()
	}
	return err
}

// ownSpikes picks the network's elements out of lists.
func (m *member) ownSpikes(b *plan.Buffer, data []byte) []byte {
	part := m.part.Buffers[b.ID]
	n, wide := part.Len/part.Rows-1, b.Len/b.Rows
	out := make([]byte, 0, 4*part.Len)
	for row := range b.Rows {
		list, own := data[4*row*wide:4*(row+1)*wide], make([]byte, 4*(n+1))
		count := 0
		for k := range int(binary.LittleEndian.Uint32(list)) {
			if e := int(int32(binary.LittleEndian.Uint32(list[4+4*k:]))) - m.replica*n; e >= 0 && e < n {
				count++
				binary.LittleEndian.PutUint32(own[4*count:], uint32(e))
			}
		}
		binary.LittleEndian.PutUint32(own, uint32(count))
		out = append(out, own...)
	}
	return out
}

// Restore puts the network into a state. All networks of a batch must be restored to one step before they go on.
func (m *member) Restore(s *Snapshot) error {
	if err := m.ready(); err != nil {
		return err
	}
	if m.alone != nil {
		return m.alone.Restore(s)
	}
	if s.Fingerprint != m.part.Fingerprint {
		return fmt.Errorf("the snapshot belongs to another network (fingerprint %.12q, this one has %.12q)", s.Fingerprint, m.part.Fingerprint)
	}
	if m.union.restored == nil {
		m.union.restored = map[*member]*Snapshot{}
	}
	m.union.restored[m] = s
	m.at = s.At
	return nil
}

// restore puts the states that members were restored to into the instance.
func (u *union) restore() error {
	if len(u.restored) == 0 {
		return nil
	}
	if len(u.restored) < len(u.members) && u.failed != nil {
		return u.failed
	}
	at := u.inst.At()
	for _, s := range u.restored {
		at = s.At
	}
	for _, m := range u.members {
		if m.at != at {
			return errors.New("some networks of a batch were restored to another step than the rest")
		}
	}
	all := &Snapshot{Fingerprint: u.plan.Fingerprint, At: at, Data: map[plan.BufferID][]byte{}, Written: map[plan.Part][2]float64{}}
	if len(u.restored) < len(u.members) {
		if err := u.take(); err != nil {
			return err
		}
		for id, data := range u.snapshot.Data {
			all.Data[id] = append([]byte(nil), data...)
		}
	}
	for r, m := range u.members {
		s := u.restored[m]
		if s == nil {
			var err error
			if s, err = m.Snapshot(); err != nil {
				return err
			}
		}
		for p, written := range s.Written {
			if u.plan.Buffers[p.Buffer].Each > 0 {
				all.Written[plan.Part{Buffer: p.Buffer, Replica: r}] = written
			}
		}
		for id, data := range s.Data {
			b := u.plan.Buffers[id]
			size := u.size(b)
			if all.Data[id] == nil {
				all.Data[id] = make([]byte, b.Len*size)
			}
			switch {
			case b.Rows > 0:
				addSpikes(all.Data[id], b, data, m.part.Buffers[id], r)
			case b.Each == 0:
				copy(all.Data[id], data)
			case len(data) != b.Each*size:
				return fmt.Errorf("the snapshot is damaged: %d bytes for %s.%s instead of %d", len(data), b.Object, b.Var, b.Each*size)
			default:
				copy(all.Data[id][r*b.Each*size:], data)
			}
		}
	}
	if err := u.inst.Restore(all); err != nil {
		return err
	}
	u.restored, u.failed, u.snapshot = nil, nil, nil
	u.forget()
	return nil
}

func (u *union) size(b *plan.Buffer) int {
	if b.Type == ir.Real {
		return int(u.plan.RealBytes())
	}
	return 4
}

// addSpikes appends the elements in a network's lists to those of all; the lists of the first network begin anew.
func addSpikes(all []byte, b *plan.Buffer, data []byte, part *plan.Buffer, replica int) {
	n, wide := part.Len/part.Rows-1, b.Len/b.Rows
	for row := range b.Rows {
		to, from := all[4*row*wide:4*(row+1)*wide], data[4*row*(n+1):]
		count := binary.LittleEndian.Uint32(to)
		if replica == 0 {
			count = 0
		}
		for k := range min(binary.LittleEndian.Uint32(from), uint32(n)) {
			e := binary.LittleEndian.Uint32(from[4+4*k:])
			count++
			binary.LittleEndian.PutUint32(to[4*count:], e+uint32(replica*n))
		}
		binary.LittleEndian.PutUint32(to, count)
	}
}
