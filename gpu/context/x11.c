//go:build linux

#include "x11.h"

#include <dlfcn.h>
#include <stddef.h>

int galvani_x11_reachable(void) {
	void *lib = dlopen("libX11.so.6", RTLD_LAZY | RTLD_LOCAL);
	if (!lib) return 0;
	void *(*open)(const char *);
	int (*close)(void *);
	*(void **)&open = dlsym(lib, "XOpenDisplay");
	*(void **)&close = dlsym(lib, "XCloseDisplay");
	void *d = open && close ? open(NULL) : NULL;
	if (d) close(d);
	return d != NULL; // the library stays loaded: Xlib does not expect to be closed
}
