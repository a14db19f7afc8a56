#ifndef GALVANI_X11_H
#define GALVANI_X11_H

int galvani_x11_present(void); // whether there is a libX11
int galvani_x11_depth(void);   // bits of a colour of the screen of the X server named by DISPLAY, 0 where it does not answer
int galvani_glx_configs(void); // formats for OpenGL that its GLX offers, -1 where there is no libGL or no answer

#endif
