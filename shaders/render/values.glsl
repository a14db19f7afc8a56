// A simulation's variable, read where it lies. VALUE is the element type of its buffer.
layout(std430, binding = 0) readonly buffer Values { VALUE values[]; };
uniform int first;  // of the view within the bound range
uniform int stride; // elements from one to the next

float value(int k) { return float(values[first + k * stride]); }

// The bits decide: a compiler may assume that comparisons with NaN do not happen.
bool finite(float v) { return (floatBitsToUint(v) & 0x7f800000u) != 0x7f800000u; }
