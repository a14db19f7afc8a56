#!/usr/bin/env bash
# Builds the programs that gpu-check.sh runs into bin/gpu-check, for a machine without Go or a network. They are linked with the C library only;
# OpenGL and EGL are looked for when they run.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v go >/dev/null
mkdir -p bin/gpu-check
go build -ldflags '-s -w' -o bin/gpu-check/galvani ./cmd/galvani
for p in context device compute render viewer layout; do
	go test -c -ldflags '-s -w' -o "bin/gpu-check/$p.test" "./gpu/$p"
done
du -sh bin/gpu-check | sed 's/\t/ in /' >&2
