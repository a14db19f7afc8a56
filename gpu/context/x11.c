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

static struct {
	void *(*open)(const char *);
	int (*close)(void *), (*screen)(void *), (*depth)(void *, int), (*release)(void *);
} x;

// The X server that DISPLAY names, to be closed; NULL where it does not answer.
static void *server(void) {
	if (!xlib) return NULL;
	*(void **)&x.open = dlsym(xlib, "XOpenDisplay");
	*(void **)&x.close = dlsym(xlib, "XCloseDisplay");
	*(void **)&x.screen = dlsym(xlib, "XDefaultScreen");
	*(void **)&x.depth = dlsym(xlib, "XDefaultDepth");
	*(void **)&x.release = dlsym(xlib, "XFree");
	return x.open && x.close && x.screen && x.depth && x.release ? x.open(NULL) : NULL;
}

int galvani_x11_depth(void) {
	void *d = server();
	if (!d) return 0;
	int depth = x.depth(d, x.screen(d));
	x.close(d);
	return depth;
}

int galvani_glx_configs(void) {
	void *lib = dlopen("libGL.so.1", RTLD_LAZY | RTLD_GLOBAL);
	if (!lib) return -1; // GLFW says so
	void *(*configs)(void *, int, int *);
	*(void **)&configs = dlsym(lib, "glXGetFBConfigs");
	void *d = configs ? server() : NULL;
	if (!d) return -1;
	int n = 0;
	void *list = configs(d, x.screen(d), &n);
	if (list) x.release(list);
	x.close(d);
	return list ? n : 0;
}
