// Package gltest helps tests that need OpenGL: one context per test binary, a rule for machines without one, a check
// that no GL objects leak, comparison of pictures, and an X server for windows.
//
// A machine without OpenGL skips such tests and says so; with CI=true or GALVANI_REQUIRE_GL=1 they fail instead.
// Nothing but tests imports it.
package gltest
