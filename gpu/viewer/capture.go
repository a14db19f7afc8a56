//go:build cgo && linux

package viewer

import (
	"fmt"
	"os"

	"github.com/galvani-sim/galvani/gpu/render"
)

// movieFPS is the frame rate of movies made with V.
const movieFPS = 30

// recording is a movie being made in the window: one frame for each frame drawn.
type recording struct {
	movie  Movie
	path   string
	target *render.Target
}

func (r *recording) close() { r.target.Close() }

// savePath names the next picture or movie.
func (v *Viewer) savePath(ext string) (string, error) {
	if v.opt.Save != nil {
		return v.opt.Save(ext)
	}
	for i := 1; ; i++ {
		path := fmt.Sprintf("galvani-%03d%s", i, ext)
		if _, err := os.Lstat(path); os.IsNotExist(err) {
			return path, nil
		} else if err != nil {
			return "", err
		}
	}
}

// takePicture draws the scene once more, without the viewer's own panels, and writes it.
func (v *Viewer) takePicture() {
	path, err := v.savePath(".png")
	if err == nil {
		w, h, scale := v.size()
		var t *render.Target
		if t, err = render.NewTarget(v.opt.Device, w, h, 4); err == nil {
			defer t.Close()
			err = v.drawInto(t, scale)
		}
		if err == nil {
			img, e := t.Image()
			if err = e; err == nil {
				err = WritePNG(path, img)
			}
		}
	}
	if err != nil {
		v.say("no picture: %v", err)
		return
	}
	v.say("saved %s", path)
	v.win.Saved(path)
}

// drawInto draws the bare scene off-screen at its finest.
func (v *Viewer) drawInto(t *render.Target, scale float64) error {
	w, h := t.Size()
	v.overlay.Reset(w, h, scale)
	if in := &v.scene.Insets; in.Left > 0 { // a picture has no empty place where the sidebar is
		was := in.Left
		in.Left = 0
		v.scene.Refit(w, h, scale)
		defer func() {
			in.Left, v.panels.sizes = was, nil
			v.fitCameras()
		}()
	}
	t.Bind()
	return v.renderer.Draw(v.scene, render.Frame{Width: w, Height: h, Scale: scale, Version: v.version, Fine: true})
}

func (v *Viewer) toggleMovie() {
	if v.movie != nil {
		v.endMovie()
		return
	}
	path, err := v.savePath(".mp4")
	var m Movie
	if err == nil {
		if m, err = NewMovie(path, movieFPS); err == ErrNoFFmpeg {
			if path, err = v.savePath(".gif"); err == nil {
				m, err = NewMovie(path, movieFPS)
			}
		}
	}
	if err != nil {
		v.say("no movie: %v", err)
		return
	}
	w, h, _ := v.size()
	t, err := render.NewTarget(v.opt.Device, w, h, 4)
	if err != nil {
		m.Abort()
		v.say("no movie: %v", err)
		return
	}
	v.movie = &recording{movie: m, path: path, target: t}
	v.say("recording %s (V ends it)", path)
}

// capture adds the current scene to the movie being made.
func (v *Viewer) capture() {
	r := v.movie
	if r == nil {
		return
	}
	_, _, scale := v.size()
	err := v.drawInto(r.target, scale)
	if err == nil {
		img, e := r.target.Image()
		if err = e; err == nil {
			err = r.movie.Add(img)
		}
	}
	if err != nil {
		r.movie.Abort()
		r.close()
		v.movie = nil
		v.say("the movie was given up: %v", err)
	}
}

func (v *Viewer) endMovie() {
	r := v.movie
	if r == nil {
		return
	}
	v.movie = nil
	r.close()
	if err := r.movie.Finish(); err != nil {
		v.say("no movie: %v", err)
		return
	}
	v.say("saved %s", r.path)
	v.win.Saved(r.path)
}
