// Package serve shows a viewer's window in browsers on this machine: the picture goes out as JPEG and PNG over a websocket, mouse
// and keys come back.
//
// A Server is everything but the drawing, and needs no GPU: the page, who may see it, the frames on their way out, the events on
// their way in. A Window puts it in front of a headless OpenGL context as a window.Window, so that gpu/viewer draws into it.
//
// Who may see it: the server listens on loopback only, and every request needs the token of the server's URL, the name of a
// loopback address as its host (against names that are bound to 127.0.0.1 behind a browser's back) and, from a page, that page's
// own origin. The token stays in the URL: a cookie would be sent to every port of the host, so to other users' servers too.
//
// Frames: the thread that draws copies its pixels and goes on. One goroutine encodes the latest picture once for all browsers, and
// only when one of them is ready for it; each browser is sent the latest frame when it has drawn those before, so that a slow one
// skips frames and delays nobody. Pictures that stand still are sent again without loss.
//
// What belongs here: HTTP, the websocket's messages, encoding, the page. What does not: what is drawn and what an event means
// (gpu/viewer).
package serve
