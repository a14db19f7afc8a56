#!/usr/bin/env bash
# Builds the programs that gpu-check.sh runs into bin/gpu-check, for a machine without Go or a network. They are linked with the C library only;
# OpenGL and EGL are looked for when they run, and EGL's loader comes along. bin/gpu-check.tar.gz is all of it, to bring there.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v go >/dev/null
mkdir -p bin/gpu-check/lib
go build -ldflags '-s -w' -o bin/gpu-check/galvani ./cmd/galvani
for p in context device compute render viewer layout; do
	go test -c -ldflags '-s -w' -o "bin/gpu-check/$p.test" "./gpu/$p"
done
go test -c -ldflags '-s -w' -o bin/gpu-check/shaders.test ./shaders
for l in libEGL.so.1 libGLdispatch.so.0; do
	f=$(ldconfig -p | awk -v l="$l" '$1 == l { print $NF; exit }')
	if [ -n "$f" ]; then cp -L "$f" "bin/gpu-check/lib/$l"; fi
done
tar czf bin/gpu-check.tar.gz -C bin gpu-check
du -sh bin/gpu-check bin/gpu-check.tar.gz | sed 's/\t/ in /' >&2
