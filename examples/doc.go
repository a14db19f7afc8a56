// Package examples holds the models that come with Galvani, one folder each, and the test that compares their statistics with Brian2's.
package examples
