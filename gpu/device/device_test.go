//go:build cgo

package device_test

import (
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/galvani-sim/galvani/gpu/device"
	"github.com/galvani-sim/galvani/gpu/gltest"
)

// open runs f on the GL thread with a fresh device; what f leaves open fails the test.
func open(t *testing.T, f func(t testing.TB, d *device.Device)) {
	t.Helper()
	d := gltest.Device(t)
	gltest.Do(t, d, func(t testing.TB) { f(t, d) })
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refuse(t testing.TB, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want one that says %q", err, want)
	}
}

func equal[T comparable](t testing.TB, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %v, want %v", what, got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("%s: %v, want %v", what, got, want)
		}
	}
}

func TestInfo(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		i := d.Info()
		l := i.Limits
		// The least that OpenGL 4.3 allows.
		if l.StorageBlockSize < 1<<24 || l.StorageBlocks < 8 || l.WorkGroups[0] < 65535 || l.WorkGroupInvocations < 1024 ||
			l.SharedMemory < 32768 || l.StorageAlign < 1 || l.TextureSize < 16384 || l.Samples < 4 {
			t.Errorf("implausible limits %+v", l)
		}
		if i.GLSL != 430 && i.GLSL != 450 || i.Renderer == "" {
			t.Errorf("implausible %+v", i)
		}
		t.Logf("%+v", i)
	})
}

func TestBuffer(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		b := must[*device.Buffer](t)(device.NewBufferFrom(d, "numbers", device.F32, []float32{1, 2, 3, 4}))
		defer b.Close()
		got := make([]float32, 4)
		ok(t, device.Upload(b, 1, []float32{20, 30}))
		ok(t, device.Read(b, 0, got, device.ReadTest))
		equal(t, "upload", got, []float32{1, 20, 30, 4})
		ok(t, device.Fill(b, 2, 2, float32(-7)))
		ok(t, b.Clear(0, 1))
		ok(t, device.Read(b, 0, got, device.ReadTest))
		equal(t, "fill and clear", got, []float32{0, 20, -7, -7})

		g, name := b.Generation(), b.Name()
		ok(t, b.Resize(6, true))
		got = make([]float32, 6)
		ok(t, device.Read(b, 0, got, device.ReadTest))
		equal(t, "grown", got, []float32{0, 20, -7, -7, 0, 0})
		if b.Generation() == g || b.Name() == name {
			t.Error("resize must change the name and the generation")
		}
		ok(t, b.Resize(2, false))
		ok(t, device.Read(b, 0, got[:2], device.ReadTest))
		equal(t, "shrunk without keeping", got[:2], []float32{0, 0})

		w := must[*device.Buffer](t)(device.NewBufferFrom(d, "wide", device.F64, []float64{1, 2, 3}))
		defer w.Close()
		ok(t, device.Fill(w, 1, 1, 1.0/3))
		wide := make([]float64, 3)
		ok(t, device.Copy(w, 0, w, 1, 1))
		ok(t, device.Read(w, 0, wide, device.ReadTest))
		equal(t, "doubles", wide, []float64{1.0 / 3, 1.0 / 3, 3})

		raw := must[*device.Buffer](t)(device.NewBufferFrom(d, "raw", device.Bytes, []uint32{0x01020304, 5}))
		defer raw.Close()
		bytes := make([]byte, 8)
		ok(t, device.Read(raw, 0, bytes, device.ReadTest))
		equal(t, "bytes", bytes, []byte{4, 3, 2, 1, 5, 0, 0, 0})

		v := w.View()
		v.Offset, v.Stride, v.Count = 0, 2, 2
		ok(t, device.ReadView(d, v, 0, wide[:2], device.ReadPick))
		equal(t, "view", wide[:2], []float64{1.0 / 3, 3})

		refuse(t, device.Upload(b, 1, []float32{1, 2}), "elements [1, 3) of buffer numbers, which has 2")
		refuse(t, device.Upload(b, 0, []float64{1}), "8 bytes for buffer numbers of float32")
		refuse(t, device.Read(b, -1, got[:1], device.ReadTest), "[-1, 0)")
		refuse(t, b.Clear(0, 3), "which has 2")
		refuse(t, device.Fill(b, 0, 1, 1.0), "8 bytes")
		refuse(t, device.Copy(w, 0, b, 0, 1), "float32 to wide of float64")
		refuse(t, device.ReadView(d, v, 1, wide[:2], device.ReadPick), "view of 2")
		_, err := d.NewBuffer("negative", device.F32, -1)
		refuse(t, err, "negative size")
		b.Close()
		refuse(t, device.Upload(b, 0, []float32{1}), "closed")
		b.Close()
	})
}

// What is read through a mapped buffer is what was written, also where it comes in parts, and counts once.
func TestStagedReads(t *testing.T) {
	d := gltest.DeviceWith(t, device.Options{Debug: true, StagedReads: true, Log: func(m string) { t.Log(m) }})
	gltest.Do(t, d, func(t testing.TB) {
		const n = 5<<20/4 + 3
		data := make([]uint32, n)
		for k := range data {
			data[k] = uint32(k)*2654435761 + 1
		}
		b := must[*device.Buffer](t)(device.NewBufferFrom(d, "b", device.U32, data))
		defer b.Close()
		got := make([]uint32, n-2)
		ok(t, device.Read(b, 1, got, device.ReadTest))
		equal(t, "parts", got, data[1:n-1])
		v := b.View()
		v.Offset, v.Stride, v.Count = 5, 1000, 4
		ok(t, device.ReadView(d, v, 1, got[:3], device.ReadTest))
		equal(t, "strided", got[:3], []uint32{data[1005], data[2005], data[3005]})
		if s := d.Stats(); s.ReadBack[device.ReadTest] != 4*(n-2+3) || s.Live != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestEmptyBuffer(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		b := must[*device.Buffer](t)(d.NewBuffer("empty", device.F32, 0))
		defer b.Close()
		d.BindStorage(0, b)
		ok(t, device.Upload(b, 0, []float32{}))
		ok(t, device.Read(b, 0, []float32{}, device.ReadTest))
		if b.Len() != 0 || b.View().Valid() {
			t.Error("an empty buffer must look empty")
		}
	})
}

func TestOutOfMemory(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		before := d.Stats()
		_, err := d.NewBuffer("huge", device.F64, 1<<57)
		if !errors.Is(err, device.ErrOutOfMemory) || !strings.Contains(err.Error(), "huge") {
			t.Errorf("%v", err)
		}
		if s := d.Stats(); s != before {
			t.Errorf("a failed allocation left %+v, before %+v", s, before)
		}
		ok(t, d.Err())
	})
}

func TestCounters(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		b := must[*device.Buffer](t)(d.NewBuffer("b", device.F32, 100))
		got := make([]float32, 10)
		ok(t, device.Read(b, 0, got, device.ReadRecord))
		ok(t, device.Read(b, 0, got[:1], device.ReadFault))
		s := d.Stats()
		if s.ReadBack[device.ReadRecord] != 40 || s.ReadBack[device.ReadFault] != 4 || s.Read() != 44 || s.BufferBytes != 400 || s.Live != 1 {
			t.Errorf("%+v", s)
		}
		equal(t, "leaks", d.Leaks(), []string{"buffer b"})
		b.Close()
		if s := d.Stats(); s.BufferBytes != 0 || s.Live != 0 || s.TotalBytes != 400 {
			t.Errorf("after close: %+v", s)
		}
	})
}

func TestCloseReportsLeaks(t *testing.T) {
	d := must[*device.Device](t)(device.New(gltest.Context(t), device.Options{}))
	var b *device.Buffer
	d.Do(func() { b = must[*device.Buffer](t)(d.NewBuffer("forgotten", device.U32, 1)) })
	refuse(t, d.Close(), "1 objects were not closed: buffer forgotten")
	d.Do(b.Close)
}

const double = `#version 430 core
layout(local_size_x = 4) in;
layout(std430, binding = 0) buffer B { float v[]; };
uniform float factor;
uniform uvec2 offset;
void main() {
	uint i = gl_GlobalInvocationID.x + offset.x;
	if (i < uint(v.length())) v[i] *= factor;
}
`

func TestComputeAndIndirect(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		p := must[*device.Program](t)(d.NewCompute("double", device.Source{Text: double}))
		defer p.Close()
		if p.GroupSize() != [3]int{4, 1, 1} || !p.Has("factor") || p.Has("nothing") {
			t.Errorf("group size %v", p.GroupSize())
		}
		b := must[*device.Buffer](t)(device.NewBufferFrom(d, "v", device.F32, []float32{1, 2, 3, 4, 5, 6}))
		defer b.Close()
		args := must[*device.Buffer](t)(device.NewBufferFrom(d, "args", device.U32, []uint32{0, 1, 1, 1}))
		defer args.Close()
		p.SetFloats("factor", 2)
		d.BindStorage(0, b)
		ok(t, d.Dispatch(p, 2, 1, 1))
		d.Barrier(device.BarrierStorage)
		p.SetFloats("factor", 10)
		p.SetUints("offset", 4, 0)
		ok(t, d.DispatchIndirect(p, args, 4))
		d.Barrier(device.BarrierBufferUpdate)
		got := make([]float32, 6)
		ok(t, device.Read(b, 0, got, device.ReadTest))
		equal(t, "products", got, []float32{2, 4, 6, 8, 100, 120})
		refuse(t, d.DispatchIndirect(p, args, 8), "no dispatch command at byte 8")
		refuse(t, d.Dispatch(p, 1<<40, 1, 1), "work groups")
		if d.Stats().Dispatches != 2 {
			t.Errorf("%d dispatches", d.Stats().Dispatches)
		}
	})
}

// What is bound again is bound once, and a buffer that comes in the place of a deleted one is bound though it may have its name.
func TestBindAgain(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		p := must[*device.Program](t)(d.NewCompute("double", device.Source{Text: double}))
		defer p.Close()
		p.SetFloats("factor", 3)
		for k := range 5 {
			b := must[*device.Buffer](t)(device.NewBufferFrom(d, "b", device.F32, []float32{1, 2, 3, float32(k)}))
			other := must[*device.Buffer](t)(device.NewBufferFrom(d, "other", device.F32, make([]float32, 128)))
			for range 2 {
				d.BindStorage(0, b)
				ok(t, d.Dispatch(p, 1, 1, 1))
				d.Barrier(device.BarrierStorage)
			}
			ok(t, d.BindStorageRange(0, other, 64, 64))
			ok(t, d.Dispatch(p, 1, 1, 1))
			d.BindStorage(0, b)
			ok(t, d.Dispatch(p, 1, 1, 1))
			d.Barrier(device.BarrierStorage | device.BarrierBufferUpdate)
			got := make([]float32, 4)
			ok(t, device.Read(b, 0, got, device.ReadTest))
			equal(t, "three times", got, []float32{27, 54, 81, 27 * float32(k)})
			b.Close()
			other.Close()
		}
	})
}

// A view of part of a buffer is found by the shader whatever the alignment that OpenGL asks for.
func TestBindView(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		text := strings.Replace(double, "uint i = gl_GlobalInvocationID.x + offset.x;", "uint i = offset.x + gl_GlobalInvocationID.x * offset.y;", 1)
		p := must[*device.Program](t)(d.NewCompute("strided", device.Source{Text: text}))
		defer p.Close()
		data := make([]float32, 1000)
		for i := range data {
			data[i] = 1
		}
		b := must[*device.Buffer](t)(device.NewBufferFrom(d, "v", device.F32, data))
		defer b.Close()
		v := b.View()
		v.Offset, v.Stride, v.Count = 333, 3, 4
		first := must[int](t)(d.BindView(0, v))
		p.SetUints("offset", uint32(first), uint32(v.Stride))
		p.SetFloats("factor", 5)
		ok(t, d.Dispatch(p, 1, 1, 1))
		d.Barrier(device.BarrierBufferUpdate)
		ok(t, device.Read(b, 0, data, device.ReadTest))
		for i, x := range data {
			want := float32(1)
			if i >= 333 && i <= 342 && (i-333)%3 == 0 {
				want = 5
			}
			if x != want {
				t.Fatalf("element %d is %v, want %v", i, x, want)
			}
		}
		_, err := d.BindView(0, device.View{})
		refuse(t, err, "no data")
		v = b.View()
		v.Count = int(d.Info().Limits.StorageBlockSize/4) + 1
		_, err = d.BindView(0, v)
		refuse(t, err, "a storage block of the OpenGL driver holds")
		refuse(t, d.BindStorageRange(0, b, 0, 0), "empty")
		if d.Info().Limits.StorageAlign > 4 {
			refuse(t, d.BindStorageRange(0, b, 1, 2), "multiple of")
		}
	})
}

// Texels are the bits of a buffer, of its present store, and of what shaders wrote to it.
func TestTexelBuffer(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		const text = `#version 430 core
layout(local_size_x = 1) in;
layout(rgba32ui, binding = 3) readonly uniform uimageBuffer texels;
layout(std430, binding = 0) buffer B { uint v[]; };
layout(std430, binding = 1) buffer C { uint copy[]; };
uniform uint to;
void main() {
	uvec4 x = imageLoad(texels, 1);
	copy[0] = x.x; copy[1] = x.y; copy[2] = x.z; copy[3] = x.w;
	v[4] = to;
}
`
		p := must[*device.Program](t)(d.NewCompute("texels", device.Source{Text: text}))
		defer p.Close()
		bits := []uint32{0x7f800001, 0xffc12345, 1, 0x807fffff} // a signalling NaN and one with a payload, subnormal numbers
		b := must[*device.Buffer](t)(device.NewBufferFrom(d, "v", device.U32, append(make([]uint32, 4), bits...)))
		defer b.Close()
		to := must[*device.Buffer](t)(d.NewBuffer("copy", device.U32, 4))
		defer to.Close()
		x := must[*device.TexelBuffer](t)(d.NewTexelBuffer(b))
		defer x.Close()
		got := make([]uint32, 4)
		run := func(v uint32) {
			ok(t, x.Bind(3))
			d.BindStorage(0, b)
			d.BindStorage(1, to)
			p.SetUints("to", v)
			d.Barrier(device.BarrierImage)
			ok(t, d.Dispatch(p, 1, 1, 1))
			d.Barrier(device.BarrierBufferUpdate)
			ok(t, device.Read(to, 0, got, device.ReadTest))
		}
		run(7)
		equal(t, "bits", got, bits)
		run(8)
		equal(t, "what a shader wrote", got[:1], []uint32{7})
		ok(t, b.Resize(12, false))
		ok(t, device.Upload(b, 4, []uint32{20, 21, 22, 23}))
		run(9)
		equal(t, "another store", got, []uint32{20, 21, 22, 23})
		if s := strings.Join(d.Leaks(), ", "); !strings.Contains(s, "texture texels of v") {
			t.Errorf("open objects: %s", s)
		}
		x.Close()
		x.Close()
	})
}

func TestCompileErrors(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		src := device.Source{Text: "#version 430 core\n//#line 1 0\nlayout(local_size_x = 1) in;\n//#line 7 1\nfloat f() { return wrong + 1.0; }\n//#line 3 0\nvoid main() {}\n",
			Files: []string{"main.glsl", "lib/part.glsl"}}
		_, err := d.NewCompute("broken", src)
		var ce *device.CompileError
		if !errors.As(err, &ce) {
			t.Fatalf("%v", err)
		}
		m := ce.Messages[0]
		if m.File != "lib/part.glsl" || m.Line != 7 || !strings.Contains(m.Excerpt, "return wrong") || !strings.Contains(m.Text, "wrong") {
			t.Errorf("message %+v of %q", m, ce.Log)
		}
		if s := err.Error(); !strings.Contains(s, "program broken does not compile (compute)") || !strings.Contains(s, "lib/part.glsl:7: ") {
			t.Error(s)
		}
		if len(ce.Messages) < 2 || ce.Messages[len(ce.Messages)-1].File != "lib/part.glsl" {
			t.Errorf("messages %+v", ce.Messages)
		}
		vs := device.Source{Text: "#version 430 core\nout vec3 a;\nvoid main() { gl_Position = vec4(0); a = vec3(1); }\n"}
		fs := device.Source{Text: "#version 430 core\nin vec2 a;\nout vec4 c;\nvoid main() { c = vec4(a, 0, 1); }\n"}
		if _, err := d.NewGraphics("mismatch", vs, fs); err == nil || !strings.Contains(err.Error(), "mismatch does not") {
			t.Errorf("%v", err)
		}
		if n := d.Stats().Live; n != 0 {
			t.Errorf("failed programs left %d objects", n)
		}
	})
}

type mapCache map[string][]byte

func (m mapCache) Load(key string) (uint32, []byte, bool) {
	b, ok := m[key]
	if !ok {
		return 0, nil, false
	}
	return binary.LittleEndian.Uint32(b), b[4:], true
}

func (m mapCache) Store(key string, format uint32, data []byte) {
	m[key] = append(binary.LittleEndian.AppendUint32(nil, format), data...)
}

func TestProgramCache(t *testing.T) {
	cache := mapCache{}
	d := gltest.DeviceWith(t, device.Options{Debug: true, Cache: cache})
	gltest.Do(t, d, func(t testing.TB) {
		if !d.Info().Features.ProgramBinary {
			t.Skip("SKIPPED: the driver has no program binaries")
		}
		for round := range 3 {
			p := must[*device.Program](t)(d.NewCompute("cached", device.Source{Text: double}))
			if p.GroupSize()[0] != 4 || !p.Has("factor") {
				t.Errorf("round %d: the program from the cache is another", round)
			}
			p.Close()
			if len(cache) != 1 {
				t.Fatalf("round %d: %d entries", round, len(cache))
			}
			if round == 1 {
				for k := range cache { // a binary that the driver refuses
					cache[k] = append(cache[k][:4], "nonsense"...)
				}
			}
		}
	})
}

func TestReadback(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		b := must[*device.Buffer](t)(device.NewBufferFrom(d, "b", device.U32, []uint32{1, 2, 3, 4}))
		defer b.Close()
		r := must[*device.Readback](t)(d.NewReadback("ring", 16, 2, device.ReadRecord))
		defer r.Close()
		var tags []int64
		var words []uint32
		take := func(tag int64, data []byte) {
			tags = append(tags, tag)
			for ; len(data) > 0; data = data[4:] {
				words = append(words, binary.LittleEndian.Uint32(data))
			}
		}
		ok(t, r.Push(b, 0, 3, 10))
		ok(t, device.Upload(b, 0, []uint32{9}))
		ok(t, r.PushAll([]device.Span{{Buffer: b, Off: 3, N: 1}, {Buffer: b, Off: 0, N: 2}}, 11))
		if err := r.Push(b, 0, 1, 12); !errors.Is(err, device.ErrRingFull) {
			t.Errorf("a full ring: %v", err)
		}
		if d.Stats().Read() != 0 {
			t.Error("bytes count when they are delivered, not before")
		}
		for r.Pending() > 0 {
			if !r.Wait(time.Second, take) {
				t.Fatal("the GPU does not finish")
			}
		}
		equal(t, "tags", tags, []int64{10, 11})
		equal(t, "words", words, []uint32{1, 2, 3, 4, 9, 2})
		if n := d.Stats().ReadBack[device.ReadRecord]; n != 24 {
			t.Errorf("%d bytes counted, want 24", n)
		}
		// wrapping around, with a push from inside the delivery
		tags, words = nil, nil
		ok(t, r.Push(b, 0, 1, 1))
		ok(t, r.Push(b, 1, 1, 2))
		d.WaitIdle()
		r.Poll(func(tag int64, data []byte) {
			take(tag, data)
			if tag == 1 {
				if err := r.Push(b, 2, 1, 3); !errors.Is(err, device.ErrRingFull) {
					t.Errorf("the slot being read was given away: %v", err)
				}
			}
		})
		equal(t, "polled", tags, []int64{1, 2})
		refuse(t, r.Push(b, 0, 5, 0), "which has 4")
		refuse(t, r.PushAll([]device.Span{{Buffer: b, N: 4}, {Buffer: b, N: 4}}, 0), "a slot has 16")
		ok(t, r.Push(b, 0, 4, 7)) // closed while under way
	})
}

func TestFenceAndTimer(t *testing.T) {
	open(t, func(t testing.TB, d *device.Device) {
		f := d.NewFence()
		if !f.Wait(5*time.Second) || !f.Done() {
			t.Error("the fence is never reached")
		}
		f.Close()
		f.Close()
		tm := must[*device.Timer](t)(d.NewTimer("timer", 2))
		defer tm.Close()
		if _, ok := tm.Poll(); ok {
			t.Error("a result before any measurement")
		}
		for range 2 {
			if !tm.Begin() || tm.Begin() {
				t.Error("begin")
			}
			tm.End()
		}
		if tm.Begin() {
			t.Error("more measurements under way than there is room for")
		}
		d.WaitIdle()
		n := 0
		for {
			e, ok := tm.Poll()
			if !ok {
				break
			}
			if n++; e < 0 || e > time.Minute {
				t.Errorf("%v", e)
			}
		}
		if n != 2 {
			t.Errorf("%d results, want 2", n)
		}
	})
}

// With Debug, misuse stops at its place.
func TestDebugChecks(t *testing.T) {
	d := gltest.Device(t)
	var b *device.Buffer
	d.Do(func() { b = must[*device.Buffer](t)(d.NewBuffer("b", device.F32, 1)) })
	defer d.Do(b.Close)
	func() {
		defer func() {
			if s, _ := recover().(string); !strings.Contains(s, "outside the OpenGL thread") {
				t.Errorf("off the thread: %q", s)
			}
		}()
		d.BindStorage(0, b)
	}()
	d.Do(func() {
		defer func() {
			if s, _ := recover().(string); !strings.Contains(s, "invalid value") {
				t.Errorf("bad binding: %q", s)
			}
			if err := d.Err(); err == nil {
				t.Error("the error must stay for Err")
			}
		}()
		d.BindStorage(1<<20, b)
	})
}

// Everything here works on a context that has 4.3 only.
func TestFloorVersion(t *testing.T) {
	if os.Getenv("GALVANI_TEST_FLOOR") == "" {
		c := gltest.Context(t)
		if !strings.Contains(c.Info().Version, "Mesa") {
			t.Skip("SKIPPED: only Mesa can be made to look old")
		}
		cmd := exec.Command(os.Args[0], "-test.run=^Test(Buffer|Readback|ComputeAndIndirect|Framebuffer|Texture|Draw|FloorVersion)$", "-test.v")
		cmd.Env = append(os.Environ(), "GALVANI_TEST_FLOOR=1", "GALVANI_REQUIRE_GL=1", "MESA_GL_VERSION_OVERRIDE=4.3",
			"MESA_EXTENSION_OVERRIDE=-GL_ARB_buffer_storage -GL_ARB_direct_state_access -GL_ARB_clear_texture")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS: TestReadback") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	open(t, func(t testing.TB, d *device.Device) {
		if i := d.Info(); i.Minor != 3 || i.Features.PersistentMap || i.GLSL != 430 {
			t.Errorf("this is no 4.3 context: %+v", i)
		}
	})
}
