//go:build linux

#define _GNU_SOURCE
#include "x11.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *xlib;

#if defined(__x86_64__) || defined(__aarch64__)

// GLFW is linked with libX11 and go-gl with libGL, so that a program that contains them would not even start on a machine
// without these libraries, where the cpu backend has all it needs. The functions are therefore defined here, as jumps through
// a table that is filled when the program starts. The linker then leaves both libraries out.

static void missing(void) {
	fputs("galvani: a function of libX11 was called on a machine without it\n", stderr);
	abort();
}

#define X(n) __attribute__((visibility("hidden"))) void *galvani_slot_##n = (void *)missing;
#include "x11_names.h"
#undef X

static const struct {
	const char *name;
	void **slot;
} table[] = {
#define X(n) {#n, &galvani_slot_##n},
#include "x11_names.h"
#undef X
};

#ifdef __x86_64__
#define X(n) __asm__(".text\n.globl " #n "\n.type " #n ", @function\n" #n ":\n\tjmp *galvani_slot_" #n "(%rip)\n.size " #n ", .-" #n "\n");
#else
#define X(n)                                                                                          \
	__asm__(".text\n.globl " #n "\n.type " #n ", %function\n" #n ":\n\tadrp x16, galvani_slot_" #n      \
	        "\n\tldr x16, [x16, :lo12:galvani_slot_" #n "]\n\tbr x16\n.size " #n ", .-" #n "\n");
#endif
#include "x11_names.h"
#undef X

__attribute__((constructor)) static void fill(void) {
	xlib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_GLOBAL);
	if (!xlib) return;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		void *f = dlsym(xlib, table[i].name);
		if (f) *table[i].slot = f;
	}
}

typedef void (*function)(void);

// go-gl's way to OpenGL's functions, which only its Init takes; gpu/device brings its own.
function glXGetProcAddress(const unsigned char *name) {
	static function (*real)(const unsigned char *);
	if (!real) {
		void *lib = dlopen("libGL.so.1", RTLD_LAZY | RTLD_GLOBAL);
		if (lib) *(void **)&real = dlsym(lib, "glXGetProcAddress");
	}
	return real ? real(name) : NULL;
}

#else

__attribute__((constructor)) static void fill(void) { xlib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_GLOBAL); }

#endif

int galvani_x11_present(void) { return xlib != NULL; }

int galvani_x11_reachable(void) {
	if (!xlib) return 0;
	void *(*open)(const char *);
	int (*close)(void *);
	*(void **)&open = dlsym(xlib, "XOpenDisplay");
	*(void **)&close = dlsym(xlib, "XCloseDisplay");
	void *d = open && close ? open(NULL) : NULL;
	if (d) close(d);
	return d != NULL;
}

int galvani_x11_depth(void) {
	int depth = 0;
	void *(*open)(const char *);
	int (*close)(void *), (*screen)(void *), (*of)(void *, int);
	*(void **)&open = dlsym(xlib, "XOpenDisplay");
	*(void **)&close = dlsym(xlib, "XCloseDisplay");
	*(void **)&screen = dlsym(xlib, "XDefaultScreen");
	*(void **)&of = dlsym(xlib, "XDefaultDepth");
	void *d = open && close && screen && of ? open(NULL) : NULL;
	if (!d) return 0;
	depth = of(d, screen(d));
	close(d);
	return depth;
}

int galvani_glx_configs(void) {
	void *lib = dlopen("libGL.so.1", RTLD_LAZY | RTLD_GLOBAL);
	if (!lib) return -1; // GLFW says so
	void *(*open)(const char *), *(*configs)(void *, int, int *);
	int (*close)(void *), (*screen)(void *), (*release)(void *);
	*(void **)&open = dlsym(xlib, "XOpenDisplay");
	*(void **)&close = dlsym(xlib, "XCloseDisplay");
	*(void **)&screen = dlsym(xlib, "XDefaultScreen");
	*(void **)&release = dlsym(xlib, "XFree");
	*(void **)&configs = dlsym(lib, "glXGetFBConfigs");
	void *d = open && close && screen && release && configs ? open(NULL) : NULL;
	if (!d) return -1;
	int n = 0;
	void *list = configs(d, screen(d), &n);
	if (list) release(list);
	close(d);
	return list ? n : 0;
}
