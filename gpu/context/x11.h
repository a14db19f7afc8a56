#ifndef GALVANI_X11_H
#define GALVANI_X11_H

int galvani_x11_present(void);   // whether there is a libX11
int galvani_x11_reachable(void); // whether the X server named by DISPLAY answers

#endif
