// Package ui is the logic of the widgets that the window draws: texts that are edited, and lists of rows that take the keyboard in turn.
//
// What belongs here: what keys and clicks do to a widget, without a picture. What does not: how widgets look (gpu/viewer draws them
// with render.Overlay), windows and their events (gpu/window), what an edit means (host/session).
package ui
