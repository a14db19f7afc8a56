#ifndef GALVANI_X11_H
#define GALVANI_X11_H

int galvani_x11_reachable(void); // whether the X server named by DISPLAY answers

#endif
