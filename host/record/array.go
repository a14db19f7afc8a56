package record

import (
	"fmt"
	"math"
)

// Type is the type of an array's elements.
type Type uint8

const (
	Float64 Type = iota
	Float32
	Int64
	Int32
	Uint8
	Bool
)

// String is numpy's name of the type.
func (t Type) String() string {
	return [...]string{"float64", "float32", "int64", "int32", "uint8", "bool"}[t]
}

// Size is the number of bytes of one element.
func (t Type) Size() int { return [...]int{8, 4, 8, 4, 1, 1}[t] }

func (t Type) descr() string { return [...]string{"<f8", "<f4", "<i8", "<i4", "|u1", "|b1"}[t] }

// Array is an n-dimensional array in C order. Data is []float64, []float32, []int64, []int32, []uint8 or []bool, as long as the product
// of Shape; an empty Shape is a single number.
type Array struct {
	Shape []int
	Data  any
}

// Number is an element of an array.
type Number interface {
	float64 | float32 | int64 | int32 | uint8 | bool
}

// New makes an array of data; without a shape it has one dimension.
func New[T Number](data []T, shape ...int) *Array {
	if len(shape) == 0 {
		shape = []int{len(data)}
	}
	return &Array{Shape: shape, Data: data}
}

// Type is the type of the elements.
func (a *Array) Type() Type {
	switch a.Data.(type) {
	case []float32:
		return Float32
	case []int64:
		return Int64
	case []int32:
		return Int32
	case []uint8:
		return Uint8
	case []bool:
		return Bool
	}
	return Float64
}

// Len is the number of elements.
func (a *Array) Len() int {
	switch d := a.Data.(type) {
	case []float64:
		return len(d)
	case []float32:
		return len(d)
	case []int64:
		return len(d)
	case []int32:
		return len(d)
	case []uint8:
		return len(d)
	case []bool:
		return len(d)
	}
	return 0
}

// Float64s gives the elements as float64, without a copy where they are; true is 1.
func (a *Array) Float64s() []float64 {
	switch d := a.Data.(type) {
	case []float64:
		return d
	case []float32:
		return convert(d)
	case []int64:
		return convert(d)
	case []int32:
		return convert(d)
	case []uint8:
		return convert(d)
	case []bool:
		out := make([]float64, len(d))
		for i, v := range d {
			if v {
				out[i] = 1
			}
		}
		return out
	}
	return nil
}

func convert[T float32 | int64 | int32 | uint8](d []T) []float64 {
	out := make([]float64, len(d))
	for i, v := range d {
		out[i] = float64(v)
	}
	return out
}

// Int32s gives the elements as indices, or an error that names the first that is none.
func (a *Array) Int32s() ([]int32, error) {
	if d, ok := a.Data.([]int32); ok {
		return d, nil
	}
	if d, ok := a.Data.([]int64); ok {
		out := make([]int32, len(d))
		for i, v := range d {
			if v < math.MinInt32 || v > math.MaxInt32 {
				return nil, fmt.Errorf("element %d is %d; an index fits in 32 bits", i, v)
			}
			out[i] = int32(v)
		}
		return out, nil
	}
	d := a.Float64s()
	out := make([]int32, len(d))
	for i, v := range d {
		if v != math.Trunc(v) || v < math.MinInt32 || v > math.MaxInt32 || math.IsNaN(v) {
			return nil, fmt.Errorf("element %d is %v; an index is an integer", i, v)
		}
		out[i] = int32(v)
	}
	return out, nil
}

// count multiplies the dimensions; ok is false if they are negative or the product is too large to address.
func count(shape []int, size int) (n int, ok bool) {
	const most = math.MaxInt64 / 16
	n = 1
	for _, d := range shape {
		if d < 0 {
			return 0, false
		}
		if d != 0 && n > most/d/size {
			return 0, false
		}
		n *= d
	}
	// A zero hides the other dimensions' product, which numpy refuses when it overflows; nothing is allocated here.
	return n, true
}

// cOrder rearranges elements stored with the first index fastest.
func cOrder[T any](data []T, shape []int) []T {
	if len(shape) < 2 || len(data) < 2 {
		return data
	}
	out := make([]T, len(data))
	index := make([]int, len(shape))
	stride := make([]int, len(shape))
	s := 1
	for i, d := range shape {
		stride[i] = s
		s *= d
	}
	from := 0
	for k := range out {
		out[k] = data[from]
		for i := len(shape) - 1; i >= 0; i-- {
			index[i]++
			from += stride[i]
			if index[i] < shape[i] {
				break
			}
			from -= stride[i] * shape[i]
			index[i] = 0
		}
	}
	return out
}
