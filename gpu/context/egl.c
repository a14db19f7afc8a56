//go:build linux

#include "egl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

enum {
	EGL_PBUFFER_BIT = 0x0001,
	EGL_SURFACE_TYPE = 0x3033,
	EGL_NONE = 0x3038,
	EGL_RENDERABLE_TYPE = 0x3040,
	EGL_OPENGL_BIT = 0x0008,
	EGL_EXTENSIONS = 0x3055,
	EGL_HEIGHT = 0x3056,
	EGL_WIDTH = 0x3057,
	EGL_CONTEXT_MAJOR_VERSION = 0x3098,
	EGL_CONTEXT_MINOR_VERSION = 0x30FB,
	EGL_CONTEXT_OPENGL_PROFILE_MASK = 0x30FD,
	EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT = 0x0001,
	EGL_CONTEXT_OPENGL_DEBUG = 0x31B0,
	EGL_OPENGL_API = 0x30A2,
	EGL_PLATFORM_DEVICE_EXT = 0x313F,
	EGL_PLATFORM_SURFACELESS_MESA = 0x31DD,
	MAX_DEVICES = 64
};

static struct {
	void *lib;
	void *(*GetProcAddress)(const char *);
	int (*GetError)(void);
	void *(*GetDisplay)(void *);
	unsigned (*Initialize)(void *, int *, int *);
	unsigned (*Terminate)(void *);
	const char *(*QueryString)(void *, int);
	unsigned (*BindAPI)(unsigned);
	unsigned (*ChooseConfig)(void *, const int *, void **, int, int *);
	void *(*CreateContext)(void *, void *, void *, const int *);
	unsigned (*DestroyContext)(void *, void *);
	void *(*CreatePbufferSurface)(void *, void *, const int *);
	unsigned (*DestroySurface)(void *, void *);
	unsigned (*MakeCurrent)(void *, void *, void *, void *);
	unsigned (*ReleaseThread)(void);
	// extensions; NULL where missing
	unsigned (*QueryDevicesEXT)(int, void **, int *);
	void *(*GetPlatformDisplayEXT)(unsigned, void *, const int *);
} egl;

const char *galvani_egl_load(void) {
	if (egl.lib) return NULL;
	void *lib = dlopen("libEGL.so.1", RTLD_LAZY | RTLD_LOCAL);
	if (!lib) return dlerror();
#define LOAD(n)                                                       \
	if (!(*(void **)&egl.n = dlsym(lib, "egl" #n))) {                 \
		dlclose(lib);                                                 \
		return "libEGL.so.1 lacks egl" #n;                            \
	}
	LOAD(GetProcAddress)
	LOAD(GetError)
	LOAD(GetDisplay)
	LOAD(Initialize)
	LOAD(Terminate)
	LOAD(QueryString)
	LOAD(BindAPI)
	LOAD(ChooseConfig)
	LOAD(CreateContext)
	LOAD(DestroyContext)
	LOAD(CreatePbufferSurface)
	LOAD(DestroySurface)
	LOAD(MakeCurrent)
	LOAD(ReleaseThread)
#undef LOAD
	*(void **)&egl.QueryDevicesEXT = egl.GetProcAddress("eglQueryDevicesEXT");
	*(void **)&egl.GetPlatformDisplayEXT = egl.GetProcAddress("eglGetPlatformDisplayEXT");
	egl.lib = lib;
	return NULL;
}

// has looks a whole word up in an extension string.
static int has(const char *list, const char *name) {
	size_t n = strlen(name);
	for (const char *p = list; p && (p = strstr(p, name)); p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == 0 || p[n] == ' ')) return 1;
	return 0;
}

static int client_has(const char *name) { return has(egl.QueryString(NULL, EGL_EXTENSIONS), name); }

static int query_devices(void **devices) {
	int n = 0;
	if (!egl.QueryDevicesEXT || !egl.GetPlatformDisplayEXT || !client_has("EGL_EXT_platform_device")) return 0;
	if (!egl.QueryDevicesEXT(MAX_DEVICES, devices, &n)) return 0;
	return n;
}

int galvani_egl_devices(void) {
	void *devices[MAX_DEVICES];
	return query_devices(devices);
}

static void *open_display(int platform, int device) {
	void *devices[MAX_DEVICES];
	switch (platform) {
	case GALVANI_EGL_DEVICE:
		if (device >= query_devices(devices)) return NULL;
		return egl.GetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, devices[device], NULL);
	case GALVANI_EGL_SURFACELESS:
		if (!egl.GetPlatformDisplayEXT || !client_has("EGL_MESA_platform_surfaceless")) return NULL;
		return egl.GetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, NULL, NULL);
	}
	return egl.GetDisplay(NULL);
}

int galvani_egl_open(galvani_egl *g, int platform, int device, int major, int minor, int debug, int *egl_error) {
	int step, n = 0;
	memset(g, 0, sizeof *g);
	*egl_error = 0;
	if (!(g->display = open_display(platform, device))) return GALVANI_NO_PLATFORM;

	step = GALVANI_NO_DISPLAY;
	if (!egl.Initialize(g->display, NULL, NULL)) goto fail;
	g->owned = 1;
	step = GALVANI_NO_OPENGL;
	if (!egl.BindAPI(EGL_OPENGL_API)) goto fail;

	const int config_attribs[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
	const int any_surface[] = {EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
	const char *extensions = egl.QueryString(g->display, EGL_EXTENSIONS);
	int surfaceless = has(extensions, "EGL_KHR_surfaceless_context");
	void *config = NULL;
	step = GALVANI_NO_CONFIG;
	if (!egl.ChooseConfig(g->display, surfaceless ? any_surface : config_attribs, &config, 1, &n)) goto fail;
	if (n == 0 && !(surfaceless && has(extensions, "EGL_KHR_no_config_context"))) goto fail;

	int attribs[] = {EGL_CONTEXT_MAJOR_VERSION, major, EGL_CONTEXT_MINOR_VERSION, minor,
		EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
		debug ? EGL_CONTEXT_OPENGL_DEBUG : EGL_NONE, 1, EGL_NONE};
	step = GALVANI_NO_CONTEXT;
	if (!(g->context = egl.CreateContext(g->display, config, NULL, attribs))) goto fail;

	step = GALVANI_NOT_CURRENT;
	if (!surfaceless) {
		const int size[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
		if (!(g->surface = egl.CreatePbufferSurface(g->display, config, size))) goto fail;
	}
	if (!egl.MakeCurrent(g->display, g->surface, g->surface, g->context)) goto fail;
	return GALVANI_OK;

fail:
	*egl_error = egl.GetError();
	galvani_egl_close(g);
	return step;
}

// The display is not terminated: EGL hands out one per device for the whole process, and a second context may use it.
void galvani_egl_close(galvani_egl *g) {
	if (!g->owned) return;
	egl.MakeCurrent(g->display, NULL, NULL, NULL);
	if (g->surface) egl.DestroySurface(g->display, g->surface);
	if (g->context) egl.DestroyContext(g->display, g->context);
	egl.ReleaseThread();
	memset(g, 0, sizeof *g);
}

void *galvani_egl_proc(const char *name) { return egl.GetProcAddress(name); }

const char *galvani_gl_string(void *get_string, unsigned name) {
	return ((const char *(*)(unsigned))get_string)(name);
}

int galvani_gl_integer(void *get_integerv, unsigned name) {
	int v = 0;
	((void (*)(unsigned, int *))get_integerv)(name, &v);
	return v;
}
