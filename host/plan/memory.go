package plan

import (
	"fmt"
	"sort"
	"strings"
	"unsafe"

	"github.com/galvani-sim/galvani/host/ir"
)

// bytesPer is the size of one element of a buffer.
func (p *Plan) bytesPer(b *Buffer) int64 {
	if b.Narrow() {
		return 2
	}
	if p.Precision == Double && b.Type == realType {
		return 8
	}
	return 4
}

// Bytes is the size of a buffer on the device.
func (p *Plan) Bytes(b *Buffer) int64 { return int64(b.Len) * p.bytesPer(b) }

// RealBytes is the size of one Real.
func (p *Plan) RealBytes() int64 {
	if p.Precision == Double {
		return 8
	}
	return 4
}

// Memory is the memory that a plan takes in bytes.
type Memory struct {
	// Groups are what a backend allocates by what it is for, Total all of it.
	Groups []MemoryGroup
	Total  int64
	// Host is what the program keeps beside it: ends of synapses in the order of creation, data that the plan was made with, numbers of spikes, and the cpu
	// backend's copies of weights in the order that they are summed in, and of ends in the order of creation.
	Host int64
}

// All is Total and Host, which is what the cpu backend needs of the machine's memory.
func (m Memory) All() int64 { return m.Total + m.Host }

// MemoryGroup is one line of a memory report.
type MemoryGroup struct {
	Name  string
	Bytes int64
}

// String returns "state", "parameters", "scratch", "history", "connectivity" or "tables".
func (r Role) String() string {
	return [...]string{"state", "parameters", "scratch", "history", "connectivity", "tables"}[r]
}

// Memory estimates what the cpu backend allocates for the plan, and what is kept beside it.
func (p *Plan) Memory() Memory {
	sum := map[string]int64{}
	for _, b := range p.Buffers {
		sum[b.Role.String()] += p.Bytes(b)
	}
	// Samples wait as they will be written, with the number of their step.
	for _, m := range p.Monitors {
		sample := int64(8)
		for _, v := range m.Vars {
			sample += 8 * int64(v.Len)
		}
		sum["recording"] += int64(m.Capacity) * sample
	}
	for _, m := range p.SpikeMonitors {
		if m.CountOnly {
			sum["recording"] += 8 * int64(m.To-m.From)
		}
	}
	for _, c := range p.Conns {
		if room := int64(c.DrawnRoom()); room > 0 {
			sum["spikes"] += room * (4 + c.valueBytes(p))
		}
	}
	shared := p.Unwritten()
	return NewMemory(sum, p.kept(func(b *Buffer) bool { return shared[b.ID] })+p.copiedWeights()+p.copiedEnds())
}

// NewMemory sorts groups by size.
func NewMemory(sum map[string]int64, host int64) Memory {
	mem := Memory{Host: host}
	for name, n := range sum {
		if n == 0 {
			continue
		}
		mem.Groups = append(mem.Groups, MemoryGroup{name, n})
		mem.Total += n
	}
	sort.Slice(mem.Groups, func(i, j int) bool {
		a, b := mem.Groups[i], mem.Groups[j]
		return a.Bytes > b.Bytes || a.Bytes == b.Bytes && a.Name < b.Name
	})
	return mem
}

// Kept is what the program keeps of a plan beside what a backend on another device allocates.
func (p *Plan) Kept() int64 { return p.kept(func(*Buffer) bool { return false }) }

// kept counts arrays once, whoever else has them, and not those that a backend uses as they are.
func (p *Plan) kept(shared func(*Buffer) bool) (bytes int64) {
	seen := map[unsafe.Pointer]bool{nil: true}
	for _, b := range p.Buffers {
		if x := b.held(); shared(b) {
			seen[unsafe.Pointer(unsafe.SliceData(x.Long))] = true
			seen[unsafe.Pointer(unsafe.SliceData(x.Short))] = true
		}
	}
	count := func(at unsafe.Pointer, n int) {
		if n > 0 && !seen[at] {
			seen[at] = true
			bytes += int64(n)
		}
	}
	for _, h := range p.held {
		count(h.at, h.bytes)
	}
	for _, m := range p.SpikeMonitors {
		bytes += 8 * int64(m.To-m.From) // the number of spikes of each
	}
	index := func(x Index) {
		count(unsafe.Pointer(unsafe.SliceData(x.Long)), 4*len(x.Long))
		count(unsafe.Pointer(unsafe.SliceData(x.Short)), 2*len(x.Short))
	}
	for _, r := range p.recipes {
		index(r.kept())
	}
	for _, c := range p.Conns {
		if c.Drawn != nil {
			first := c.Drawn.Numbers()
			count(unsafe.Pointer(unsafe.SliceData(first)), 4*len(first))
		}
	}
	for _, b := range p.Buffers {
		index(b.held())
		count(unsafe.Pointer(unsafe.SliceData(b.Reals)), 8*len(b.Reals))
	}
	return bytes
}

// held is an array that the program keeps for the plans to come.
type held struct {
	at    unsafe.Pointer
	bytes int
}

// hold notes arrays in what the plan says of memory.
func hold[E any](p *Plan, arrays ...[]E) {
	for _, v := range arrays {
		p.held = append(p.held, held{unsafe.Pointer(unsafe.SliceData(v)), len(v) * int(unsafe.Sizeof(*new(E)))})
	}
}

// hold notes the arrays of ends in what the plan says of memory.
func (e *Ends) hold(p *Plan) {
	hold(p, e.first, e.list.Long)
	hold(p, e.list.Short)
	if r := e.list.later; r != nil {
		p.recipes = append(p.recipes, r)
		for _, x := range r.Parts {
			hold(p, x.Rows, x.First)
		}
	}
}

// held are the entries of a buffer that are there.
func (b *Buffer) held() Index {
	if b.Recipe != nil {
		return b.Recipe.kept()
	}
	return Index{Long: b.Ints, Short: b.Shorts}
}

// Unwritten are the buffers that say which elements are connected and that nothing writes to, so that a backend in the same memory can use the
// plan's own arrays.
func (p *Plan) Unwritten() map[BufferID]bool {
	set := map[BufferID]bool{}
	for _, c := range p.Conns {
		for _, id := range c.Buffers() {
			set[id] = true
		}
	}
	for _, r := range p.runs() {
		for i, id := range r.Bind {
			if i >= len(r.Kernel.Slots) || r.Kernel.Slots[i].Access&ir.Write != 0 {
				delete(set, id)
			}
		}
	}
	for id := range set {
		if id < 0 || int(id) >= len(p.Buffers) {
			delete(set, id)
			continue
		}
		// Tests have connectivity in buffers of other roles, which snapshots restore.
		if b := p.Buffers[id]; b.Type != ir.Int || b.Ints == nil && b.Shorts == nil && b.Recipe == nil || b.Role != Connectivity && b.Role != Table {
			delete(set, id)
		}
	}
	return set
}

// ReplicaBytes estimates what several networks of the plan's shape take together, see Merge: bytes that they share, and those of each.
func (p *Plan) ReplicaBytes() (common, each int64) {
	for _, b := range p.Buffers {
		if b.Role == Connectivity || b.Role == Table {
			common += p.Bytes(b)
		} else {
			each += p.Bytes(b)
		}
	}
	for _, m := range p.Monitors {
		for _, v := range m.Vars {
			each += int64(min(m.Capacity, 2)) * int64(v.Len) * p.RealBytes()
		}
	}
	return common + ringBytes*int64(len(p.Monitors)), each
}

// TooLarge is the error of a plan that does not fit in memory; nothing has been allocated for it.
type TooLarge struct {
	What            string // what does not fit
	Need, Available int64  // bytes
	Hint            string
}

// Error names what is needed and what there is.
func (e *TooLarge) Error() string {
	s := fmt.Sprintf("%s needs %s of memory, but only %s can be used", e.What, FormatBytes(e.Need), FormatBytes(e.Available))
	if e.Hint != "" {
		s += "\nhint: " + e.Hint
	}
	return s
}

// FormatBytes writes a size with a binary prefix, such as "1.5 GiB".
func FormatBytes(n int64) string {
	const prefixes = "KMGTPE"
	if n < 1024 {
		return fmt.Sprintf("%d B", n)
	}
	v, i := float64(n)/1024, 0
	for v >= 999.5 && i < len(prefixes)-1 {
		v, i = v/1024, i+1
	}
	return fmt.Sprintf("%.3g %ciB", v, prefixes[i])
}

// Fits returns *TooLarge when the plan needs more than total bytes, or one of its buffers that are not Divisible more than single; 0 means no
// limit. A device without a limit for single buffers is the machine itself, whose memory has to hold all there is.
func (p *Plan) Fits(total, single int64) error {
	if single > 0 {
		divisible := p.Divisible()
		for _, b := range p.Buffers {
			if n := p.Bytes(b); n > single && !divisible[b.ID] {
				return &TooLarge{What: fmt.Sprintf("%s.%s", b.Object, b.Var), Need: n, Available: single,
					Hint: "this is the largest single buffer of the device; the cpu backend has no such limit"}
			}
		}
	}
	m := p.Memory()
	need := m.Total
	if single == 0 {
		need = m.All()
	}
	if total > 0 && need > total {
		var parts []string
		for _, g := range m.Groups {
			parts = append(parts, fmt.Sprintf("%s %s", g.Name, FormatBytes(g.Bytes)))
		}
		if need > m.Total {
			parts = append(parts, "ends of synapses and data "+FormatBytes(m.Host))
		}
		return &TooLarge{What: "the network (" + strings.Join(parts, ", ") + ")", Need: need, Available: total}
	}
	return nil
}

// Find returns the buffer of an object's variable.
func (p *Plan) Find(object, variable string) (*Buffer, bool) {
	for _, b := range p.Buffers {
		if b.Object == object && b.Var == variable {
			return b, true
		}
	}
	return nil, false
}
