package plan

import (
	"fmt"
	"sort"
	"strings"
)

// bytesPer is the size of one element of a buffer.
func (p *Plan) bytesPer(b *Buffer) int64 {
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

// Memory is the device memory of a plan in bytes, by what it is for.
type Memory struct {
	Groups []MemoryGroup
	Total  int64
}

// MemoryGroup is one line of a memory report.
type MemoryGroup struct {
	Name  string
	Bytes int64
}

// String returns "state", "parameters", "scratch", "history", "connectivity" or "tables".
func (r Role) String() string {
	return [...]string{"state", "parameters", "scratch", "history", "connectivity", "tables"}[r]
}

// Memory estimates what a backend allocates for the plan.
func (p *Plan) Memory() Memory {
	sum := map[string]int64{}
	for _, b := range p.Buffers {
		sum[b.Role.String()] += p.Bytes(b)
	}
	for _, m := range p.Monitors {
		for _, v := range m.Vars {
			sum["recording"] += int64(m.Capacity) * int64(v.Len) * p.RealBytes()
		}
	}
	var mem Memory
	for name, n := range sum {
		mem.Groups = append(mem.Groups, MemoryGroup{name, n})
		mem.Total += n
	}
	sort.Slice(mem.Groups, func(i, j int) bool {
		a, b := mem.Groups[i], mem.Groups[j]
		return a.Bytes > b.Bytes || a.Bytes == b.Bytes && a.Name < b.Name
	})
	return mem
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
	for v >= 1024 && i < len(prefixes)-1 {
		v, i = v/1024, i+1
	}
	return fmt.Sprintf("%.3g %ciB", v, prefixes[i])
}

// Fits returns *TooLarge when the plan needs more than total bytes, or one of its buffers more than single; 0 means no limit.
func (p *Plan) Fits(total, single int64) error {
	if single > 0 {
		for _, b := range p.Buffers {
			if n := p.Bytes(b); n > single {
				return &TooLarge{What: fmt.Sprintf("%s.%s", b.Object, b.Var), Need: n, Available: single,
					Hint: "this is the largest single buffer of the device; the cpu backend has no such limit"}
			}
		}
	}
	if m := p.Memory(); total > 0 && m.Total > total {
		var parts []string
		for _, g := range m.Groups {
			parts = append(parts, fmt.Sprintf("%s %s", g.Name, FormatBytes(g.Bytes)))
		}
		return &TooLarge{What: "the network (" + strings.Join(parts, ", ") + ")", Need: m.Total, Available: total}
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
