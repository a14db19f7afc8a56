#!/usr/bin/env bash
# Checks the gl backend on this machine's graphics card and writes a report: doctor, conformance suite (also with work groups that wait for each
# other), costs of dispatches and barriers, speed, frame rates. Needs the working tree and either Go with a C compiler, or the programs that
# gpu-check-bundle.sh has put into bin/gpu-check on another machine; no network, no display. GALVANI_GL_DEVICE=software checks Mesa's software
# renderer instead.
#   .ci/gpu-check.sh [REPORT]      WORKLOADS="cuba-4000 brunel" chooses what is measured, WAYS what is measured in each way in which the gl backend
#                                  runs a step, ROUNDS how often, PACKAGES="device compute" which tests
set -uo pipefail
cd "$(dirname "$0")/.."
report=${1:-out/gpu-check.md}
export GALVANI_GL_DEVICE=${GALVANI_GL_DEVICE:-hardware} GALVANI_REQUIRE_GL=1
workloads=${WORKLOADS:-field-20 field-100 field-512 cuba-4000 cuba-40000 cuba-400000 coba cobahh brunel kuramoto-full kuramoto-100000 spreizer-2 microcircuit-0.1}
ways=${WAYS:-cuba-4000 cuba-40000 coba stdp microcircuit-1}
packages=${PACKAGES:-context device compute render viewer layout}
mkdir -p "$(dirname "$report")" bin/gpu-check
if [ ! -x bin/gpu-check/galvani ] || { command -v go >/dev/null && command -v gcc >/dev/null && [ "${PREBUILT:-}" != 1 ]; }; then
	.ci/gpu-check-bundle.sh || { echo "no Go, and no programs in bin/gpu-check: run make gpu-check-bundle where there is Go, and bring bin/gpu-check here" >&2; exit 3; }
fi
bin=$PWD/bin/gpu-check
part=$(mktemp)
trap 'rm -f "$part"' EXIT
failed=0

# section TITLE COMMAND...: runs a command, appends the tail of what it says to the report, and remembers that it failed.
section() {
	local title=$1 start=$SECONDS rc=0
	shift
	echo "$title" >&2
	"$@" >"$part" 2>&1 || rc=$?
	[ $rc = 0 ] || failed=1
	{
		printf '\n## %s\n\n`%s`: %s, %d s\n\n' "$title" "${shown:-${*//$PWD\//}}" "$([ $rc = 0 ] && echo passed || echo "FAILED, exit code $rc")" $((SECONDS - start))
		if [ "${raw:-}" = 1 ]; then cat "$part"; else echo '```'; grep -v '^=== ' "$part" | tail -n "${lines:-40}"; echo '```'; fi
	} >>"$report"
}

# suite PACKAGE: the tests of a package, in its folder since they read files there.
suite() { (cd "gpu/$1" && "$bin/$1.test" -test.timeout 9m); }

{
	echo "# make gpu-check"
	echo
	echo "$(date -u '+%Y-%m-%d %H:%M') UTC, $(uname -srm), GALVANI_GL_DEVICE=$GALVANI_GL_DEVICE"
	command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
	uptime
} >"$report"
section "doctor" "$bin/galvani" doctor
for p in $packages; do
	shown="go test ./gpu/$p" section "tests of gpu/$p" suite "$p"
done
raw=1 section "dispatches and barriers" "$bin/galvani" bench dispatch --backend gl
# shellcheck disable=SC2086
raw=1 section "speed" "$bin/galvani" bench $workloads --rounds "${ROUNDS:-3}"
# shellcheck disable=SC2086
raw=1 section "ways to run a step, side by side" "$bin/galvani" bench $ways --backend gl-plain,gl-resident,gl-persistent --precision single --rounds "${ROUNDS:-3}"
raw=1 section "frames" "$bin/galvani" bench surface --backend gl --rounds "${ROUNDS:-3}"
echo "$report: $([ $failed = 0 ] && echo "everything passed" || echo "there are FAILURES")"
grep -n 'FAILED' "$report" || true
exit $failed
