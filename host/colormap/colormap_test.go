package colormap

import "testing"

// The ends of each table as their publishers give them, and what lies between and outside.
func TestTables(t *testing.T) {
	for _, c := range []struct {
		name        string
		t           *Table
		first, last [3]uint8
	}{
		{"viridis", Viridis(), [3]uint8{0x44, 0x01, 0x54}, [3]uint8{0xfd, 0xe7, 0x25}},
		{"twilight", Twilight(), [3]uint8{0xe2, 0xd9, 0xe2}, [3]uint8{0xe2, 0xd9, 0xe2}},
		{"vik", Vik(), [3]uint8{0x00, 0x12, 0x61}, [3]uint8{0x59, 0x00, 0x08}},
	} {
		if c.t[0] != c.first || c.t[255] != c.last {
			t.Errorf("%s runs from %x to %x, want %x to %x", c.name, c.t[0], c.t[255], c.first, c.last)
		}
		if c.t.At(-1) != c.t.At(0) || c.t.At(2) != c.t.At(1) {
			t.Errorf("%s: values outside [0, 1] are not clamped", c.name)
		}
		mid := c.t.At(127.5 / 255)
		for i := range mid {
			if want := (float32(c.t[127][i]) + float32(c.t[128][i])) / 510; mid[i]-want > 1e-6 || want-mid[i] > 1e-6 {
				t.Errorf("%s between two entries: %v, want %v", c.name, mid[i], want)
			}
		}
	}
}
