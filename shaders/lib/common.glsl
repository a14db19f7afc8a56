// What the elementary functions of math.glsl and math64.glsl share.

// c ? a : b, both computed. Compilers turn ?: into a branch, and neighbours in a work group rarely agree on one: on
// llvmpipe exp takes a third of the time this way. A macro, since `precise` does not reach the arguments of a function.
#define m_if(c, a, b) mix(b, a, c)

int m_pick(bool c, int a, int b) { return c ? a : b; }
uint m_pick(bool c, uint a, uint b) { return c ? a : b; }
