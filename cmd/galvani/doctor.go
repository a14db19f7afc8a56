package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/galvani-sim/galvani/host/cpu"
	"github.com/galvani-sim/galvani/host/plan"
	"github.com/spf13/cobra"
)

func (p *program) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Say what this machine can do, and what to install",
		Long: `List what Galvani needs and finds: processor, memory, OpenGL, display, ffmpeg. Every line says OK or what to
do about it. The exit code is 0 if models can run here, which needs nothing but the processor.`,
		Args: cobra.NoArgs,
		RunE: work(func(*cobra.Command, []string) error {
			d := &doctor{w: p.out}
			d.machine()
			d.opengl()
			d.display()
			d.tools()
			return d.err
		}),
	}
}

// doctor prints findings, one per line: what, verdict, detail.
type doctor struct {
	w   io.Writer
	err error
}

func (d *doctor) line(what, verdict, format string, args ...any) {
	if d.err == nil {
		_, d.err = fmt.Fprintf(d.w, "%-18s %-8s %s\n", what, verdict, strings.TrimSpace(fmt.Sprintf(format, args...)))
	}
}

const (
	found   = "OK"
	missing = "missing"
	plain   = "-"
)

func (d *doctor) machine() {
	c := cpu.Backend{}.Caps()
	d.line("galvani", found, "%s", version())
	d.line("system", found, "%s", system())
	d.line("processor", found, "%s, %d threads", c.Device, c.Threads)
	if c.Memory > 0 {
		d.line("memory", found, "%s available", plan.FormatBytes(c.Memory))
	} else {
		d.line("memory", plain, "unknown")
	}
	d.line("cpu backend", found, "single and double precision, %s", cpu.Backend{}.Form())
}

// system names the operating system.
func system() string {
	name := runtime.GOOS + "/" + runtime.GOARCH
	data, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return name
	}
	for _, line := range strings.Split(string(data), "\n") {
		if v, ok := strings.CutPrefix(line, "PRETTY_NAME="); ok {
			return strings.Trim(v, `"`) + ", " + name
		}
	}
	return name
}

func (d *doctor) display() {
	if os.Getenv("DISPLAY") == "" {
		hint := "no window can be shown; galvani view draws into a picture and a movie"
		if os.Getenv("WAYLAND_DISPLAY") != "" {
			hint = "a Wayland session without X: install and start xwayland"
		}
		d.line("display", missing, "DISPLAY is not set: %s", hint)
		return
	}
	g, err := openWindow("Galvani", 64, 64)
	if err != nil {
		d.line("display", missing, "DISPLAY=%s: %v", os.Getenv("DISPLAY"), err)
		return
	}
	g.close()
	d.line("display", found, "DISPLAY=%s", os.Getenv("DISPLAY"))
}

func (d *doctor) tools() {
	if path, err := exec.LookPath("ffmpeg"); err == nil {
		d.line("ffmpeg", found, "%s (movies as MP4)", path)
	} else {
		d.line("ffmpeg", missing, "movies as GIF only; for MP4: apt-get install ffmpeg")
	}
}
