# make run     build bin/galvani and watch the neural field (a window, or a picture and a movie under out/)
# make test    run every test
# make help    list the rest

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run build test test-browser bench bench-peers bench-scaling lint check setup gpu-check gpu-check-bundle clean packages-build packages-test packages-peers

GO ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
EXAMPLE := examples/neural_field/neural_field.star

# To build: a C compiler, and what GLFW and go-gl are linked with. To run: the OpenGL loader and Mesa's drivers.
PACKAGES_BUILD := gcc libc6-dev pkg-config libgl-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev \
	libegl1 libgl1 libgl1-mesa-dri ffmpeg
# For windows in tests, the keys pressed in them, and a second opinion on shaders.
PACKAGES_TEST := xvfb xauth xdotool glslang-tools
# For the window in a real browser: 80 MB to fetch and 290 MB on disk, so `make test` uses one only where it is.
PACKAGES_BROWSER := chromium
# Other simulators to measure beside ours.
PACKAGES_PEERS := python3-brian python3-brian-lib cython3 python3-dev build-essential python3-numpy python3-networkx python3-matplotlib

# What `make bench` compares: double precision, networks that connect quickly.
BENCH := Steps/(field-20|field-100|cuba-4000|coba|cobahh|kuramoto-1000|kuramoto-full|spreizer-5|stdp|pymonnto-2000)$$/./double
# Six: benchstat tells differences from noise from there on.
BENCH_COUNT := 6
BASELINE := bench/results/xeon2-llvmpipe.txt
# Peers compile for about a minute each. PEER_FLAGS="--peer-modes cpp1,numpy" leaves out Brian2's slower modes.
PEER_WORKLOADS := cuba-4000 cuba-40000 cuba-400000 coba cobahh brunel kuramoto-1000 kuramoto-full field-20 field-100 spreizer-5 spreizer-2 stdp \
	pymonnto-100 pymonnto-2000 pymonnto-10000
PEER_FLAGS :=

# Whether the parts that need cgo can be built. A recipe's condition, since packages may have been installed just before.
CAN_CGO := command -v gcc >/dev/null && pkg-config --exists gl x11 xcursor xrandr xinerama xi xxf86vm 2>/dev/null
NO_CGO := no C compiler or X11 and OpenGL headers: building without windows and OpenGL (the CPU runs every model)

help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## watch the neural field in a window, or draw it into out/
	@rc=0; bin/galvani view $(EXAMPLE) || rc=$$?; \
	if [ $$rc = 3 ]; then \
		echo "nothing can be drawn on this machine; running the example on the CPU instead"; \
		bin/galvani run $(EXAMPLE) --backend cpu --out out && echo "its recordings are in out/"; \
	else exit $$rc; fi

build: packages-build ## build bin/galvani
	@if $(CAN_CGO); then $(GO) build -o bin/galvani ./cmd/galvani; \
	else echo "$(NO_CGO)"; CGO_ENABLED=0 $(GO) build -o bin/galvani ./cmd/galvani; fi

test: packages-build packages-test ## run every test, OpenGL on whatever driver there is, windows under Xvfb
	@if ! $(CAN_CGO); then \
		if [ "$${CI:-}" = true ]; then echo "CI needs a C compiler and the OpenGL headers" >&2; exit 1; fi; \
		echo "$(NO_CGO)"; CGO_ENABLED=0 $(GO) test ./...; \
	elif command -v xvfb-run >/dev/null; then \
		xvfb-run -a -s "-screen 0 1280x1024x24 -nolisten tcp -noreset" $(GO) test -timeout 14m ./...; \
	else \
		if [ "$${CI:-}" = true ]; then echo "CI needs xvfb-run for the window tests" >&2; exit 1; fi; \
		echo "xvfb-run is missing: tests of windows are skipped"; $(GO) test -timeout 14m ./...; fi

test-browser: packages-build ## run the tests of view --serve in a real browser (installs chromium)
	@$(call install,$(PACKAGES_BROWSER))
	GALVANI_REQUIRE_BROWSER=1 $(GO) test -count=1 -run Browser -v ./gpu/viewer

bench: build ## measure speed, against the stored baseline (a few minutes)
	@mkdir -p out
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 0.2s -count $(BENCH_COUNT) ./bench | tee out/bench.txt
	@echo "baseline: $$(grep -m1 '^cpu:' $(BASELINE)); here: $$(grep -m1 '^cpu:' out/bench.txt). Between machines, differences are the machines'."
	$(GO) run $(BENCHSTAT) -ignore cpu $(BASELINE) out/bench.txt | tee out/bench-compared.txt

bench-peers: build packages-peers ## run other simulators beside ours, in turns; the table is out/peers.md
	@/usr/bin/python3 -c 'import brian2' 2>/dev/null || echo "Brian2 is missing: apt-get install --no-install-recommends $(PACKAGES_PEERS)"
	bin/galvani bench $(PEER_WORKLOADS) --rounds 3 --peers bench/peers --python /usr/bin/python3 $(PEER_FLAGS) --markdown out/peers.md --json out/peers.json

bench-scaling: build ## cost of a cell in networks of 4000 to 4 million; the plot is out/scaling.png
	bin/galvani bench scaling --rounds 3 --precision single --markdown out/scaling.md --figure out/scaling.png --json out/scaling.json

lint: ## gofmt, go vet and staticcheck, with cgo and without
	@bad=$$(gofmt -l bench cmd examples gpu host shaders); if [ -n "$$bad" ]; then echo "not gofmt'ed: $$bad"; exit 1; fi
	$(GO) vet ./...
	CGO_ENABLED=0 $(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

check: lint test ## everything that must pass before a commit

setup: packages-build packages-test ## install the system packages
	@echo "set up"

gpu-check: ## doctor, tests, speed and frame rates on the graphics card; the report is out/gpu-check.md
	.ci/gpu-check.sh out/gpu-check.md

gpu-check-bundle: packages-build ## build what gpu-check needs on a machine without Go into bin/gpu-check
	.ci/gpu-check-bundle.sh

clean: ## remove what was built and drawn
	rm -rf bin out

# A stamp per list of packages keeps the second time quick.
packages-build:
	@$(call install,$(PACKAGES_BUILD))

packages-peers:
	@$(call install,$(PACKAGES_PEERS))

packages-test:
	@$(call install,$(PACKAGES_TEST))

install = stamp=bin/.packages-$$(echo '$(1)' | cksum | cut -d' ' -f1); \
	if [ ! -e $$stamp ]; then .ci/packages.sh $(1); mkdir -p bin; \
	if dpkg-query -W $(1) >/dev/null 2>&1; then touch $$stamp; fi; fi
