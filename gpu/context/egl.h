// The few parts of EGL that a headless context needs, so that no EGL headers are needed to build and no libEGL to start.
#ifndef GALVANI_EGL_H
#define GALVANI_EGL_H

#include <stdint.h>

typedef struct {
	void *display;
	void *context;
	void *surface; // a 1x1 pbuffer where contexts without a surface are not supported
	int owned;     // the display was initialised here
} galvani_egl;

// Which display to open.
enum { GALVANI_EGL_DEVICE, GALVANI_EGL_SURFACELESS, GALVANI_EGL_DEFAULT };

// Steps at which opening may fail.
enum {
	GALVANI_OK,
	GALVANI_NO_PLATFORM, // the platform is not offered, or has no such device
	GALVANI_NO_DISPLAY,  // the display could not be opened
	GALVANI_NO_OPENGL,   // EGL has no desktop OpenGL
	GALVANI_NO_CONFIG,
	GALVANI_NO_CONTEXT,
	GALVANI_NOT_CURRENT
};

const char *galvani_egl_load(void); // NULL, or why libEGL cannot be used
int galvani_egl_devices(void);      // number of EGL devices; 0 without the extension
int galvani_egl_open(galvani_egl *g, int platform, int device, int major, int minor, int debug, int *egl_error);
void galvani_egl_close(galvani_egl *g);
void *galvani_egl_proc(const char *name);

typedef void *(*galvani_loader)(const char *name);
const char *galvani_gl_string(void *get_string, unsigned name);
int galvani_gl_integer(void *get_integerv, unsigned name);

#endif
