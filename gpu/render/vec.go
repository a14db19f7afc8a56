package render

import "math"

// Vec3 is a point or direction of the scene: right-handed, z up.
type Vec3 [3]float64

// Add is a + b.
func (a Vec3) Add(b Vec3) Vec3 { return Vec3{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }

// Sub is a - b.
func (a Vec3) Sub(b Vec3) Vec3 { return Vec3{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

// Scale is s a.
func (a Vec3) Scale(s float64) Vec3 { return Vec3{a[0] * s, a[1] * s, a[2] * s} }

// Dot is the inner product.
func (a Vec3) Dot(b Vec3) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// Cross is the vector product.
func (a Vec3) Cross(b Vec3) Vec3 {
	return Vec3{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// Len is the Euclidean length.
func (a Vec3) Len() float64 { return math.Sqrt(a.Dot(a)) }

// Unit is a / |a|, or a when its length is 0.
func (a Vec3) Unit() Vec3 {
	if l := a.Len(); l > 0 {
		return a.Scale(1 / l)
	}
	return a
}

// Mat4 is a 4x4 matrix in column-major order, as GL takes it.
type Mat4 [16]float64

// Mul is a b.
func (a Mat4) Mul(b Mat4) (m Mat4) {
	for c := range 4 {
		for r := range 4 {
			for k := range 4 {
				m[c*4+r] += a[k*4+r] * b[c*4+k]
			}
		}
	}
	return m
}

// Apply is the homogeneous point a (v, 1).
func (a Mat4) Apply(v Vec3) [4]float64 {
	var o [4]float64
	for r := range 4 {
		o[r] = a[r]*v[0] + a[4+r]*v[1] + a[8+r]*v[2] + a[12+r]
	}
	return o
}

// float32s is the matrix in the precision of a uniform.
func (a Mat4) float32s() (m [16]float32) {
	for i, v := range a {
		m[i] = float32(v)
	}
	return m
}

// lookAt is the view matrix of an eye with the given orthonormal right, up and back directions.
func lookAt(eye, right, up, back Vec3) Mat4 {
	return Mat4{
		right[0], up[0], back[0], 0,
		right[1], up[1], back[1], 0,
		right[2], up[2], back[2], 0,
		-right.Dot(eye), -up.Dot(eye), -back.Dot(eye), 1,
	}
}

func perspective(fovY, aspect, near, far float64) Mat4 {
	f := 1 / math.Tan(fovY/2)
	return Mat4{
		f / aspect, 0, 0, 0,
		0, f, 0, 0,
		0, 0, (far + near) / (near - far), -1,
		0, 0, 2 * far * near / (near - far), 0,
	}
}

func orthographic(halfHeight, aspect, near, far float64) Mat4 {
	return Mat4{
		1 / (halfHeight * aspect), 0, 0, 0,
		0, 1 / halfHeight, 0, 0,
		0, 0, -2 / (far - near), 0,
		0, 0, -(far + near) / (far - near), 1,
	}
}

func linear(c float32) float64 {
	v := float64(c)
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}
