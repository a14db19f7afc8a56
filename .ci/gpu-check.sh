#!/usr/bin/env bash
# Checks the gl backend on this machine's graphics card and writes a report: doctor, costs of dispatches and barriers, frame rates, speed in every way in
# which a step can run, and all tests. Needs the working tree and either Go with a C compiler, or the programs that gpu-check-bundle.sh has put into
# bin/gpu-check and bin/gpu-check.tar.gz on another machine; no network, no display. GALVANI_GL_DEVICE=software checks Mesa's software renderer instead.
#   .ci/gpu-check.sh [REPORT]      SECONDS_IN_ALL=480: what does not fit is left out, and the report says so. Each section is a process of its own: one
#                                  that fails, crashes or hangs costs the others nothing but time.
#                                  LARGE="field-1024" and WORKLOADS="cuba-4000 brunel" choose what is measured, WAYS in each way, ROUNDS how often,
#                                  PACKAGES="device compute" which tests (none: PACKAGES=-), JOBS how many tests run at once
set -uo pipefail
cd "$(dirname "$0")/.."
report=${1:-out/gpu-check.md}
export GALVANI_GL_DEVICE=${GALVANI_GL_DEVICE:-hardware} GALVANI_REQUIRE_GL=1
all=${SECONDS_IN_ALL:-480} threads=$(nproc) rounds=${ROUNDS:-3}
# What large cards are for comes before the tests.
large=${LARGE:-field-1024 cobahh1000-1000000}
workloads=${WORKLOADS:-cuba-4000 cuba-400000 cobahh-1000000 brunel coba cobahh field-20 field-100 kuramoto-full kuramoto-100000 spreizer-2}
ways=${WAYS:-microcircuit-1 cuba-4000 stdp cuba-40000 coba}
packages=${PACKAGES:-context device compute render viewer layout shaders}
[ "$packages" = - ] && packages=
mkdir -p "$(dirname "$report")" bin/gpu-check
[ -x bin/gpu-check/galvani ] || [ ! -e bin/gpu-check.tar.gz ] || tar xzf bin/gpu-check.tar.gz -C bin
if [ ! -x bin/gpu-check/galvani ] || { command -v go >/dev/null && command -v gcc >/dev/null && [ "${PREBUILT:-}" != 1 ]; }; then
	.ci/gpu-check-bundle.sh || { echo "no Go, and no programs in bin/gpu-check: run make gpu-check-bundle where there is Go, and bring bin/gpu-check.tar.gz here" >&2; exit 3; }
fi
bin=$PWD/bin/gpu-check
# EGL's loader comes along for machines that have a driver and no loader.
if ! ldconfig -p 2>/dev/null | grep -q 'libEGL\.so\.1' && [ -e "$bin/lib/libEGL.so.1" ]; then
	export LD_LIBRARY_PATH=$bin/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	for d in /usr/local/nvidia/lib64 /usr/local/nvidia/lib; do [ -d $d ] && LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$d; done
fi
part=$(mktemp) outputs=$(mktemp -d)
trap 'rm -rf "$part" "$outputs"' EXIT
failed=0

# left MOST: how many seconds a section may take, at most MOST.
left() { local n=$((all - SECONDS)); echo $((n < $1 ? n : $1)); }

# section MOST TITLE COMMAND...: runs a command for at most so many seconds, appends what it says to the report, and remembers that it failed.
section() {
	local title=$2 start=$SECONDS rc=0 verdict=passed limit
	limit=$(left "$1")
	shift 2
	if [ "$limit" -lt 5 ]; then
		printf '\n## %s\n\nLEFT OUT: the %d seconds in all are over.\n' "$title" "$all" >>"$report"
		return
	fi
	echo "$title" >&2
	timeout -s INT -k 10 "$limit" "$@" >"$part" 2>&1 || rc=$?
	case $rc in
	0) ;;
	124 | 137) verdict="FAILED, not done after $limit s: stopped" failed=1 ;;
	*) verdict="FAILED, exit code $rc" failed=1 ;;
	esac
	{
		printf '\n## %s\n\n`%s`: %s, %d s\n\n' "$title" "${*//$PWD\//}" "$verdict" $((SECONDS - start))
		if [ "${raw:-}" = 1 ] && [ $rc = 0 ]; then cat "$part"; else echo '```'; tail -n 60 "$part"; echo '```'; fi
	} >>"$report"
	return $rc
}

{
	echo "# make gpu-check"
	echo
	echo "$(date -u '+%Y-%m-%d %H:%M') UTC, $(uname -srm), $threads threads, GALVANI_GL_DEVICE=$GALVANI_GL_DEVICE"
	command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
	uptime
} >"$report"
section 60 "doctor" "$bin/galvani" doctor
if [ "$GALVANI_GL_DEVICE" != software ] && ! grep -q '(hardware)' "$part"; then
	echo "There is no graphics card that OpenGL finds: everything below would be the processor's. The lines of the doctor say what is missing; GALVANI_GL_DEVICE=software checks the software renderer." | tee -a "$report" >&2
	exit 3
fi
raw=1 section 40 "dispatches and barriers" "$bin/galvani" bench dispatch --backend gl
raw=1 section 60 "frames: a neural field of 1024 x 1024 that runs (60 frames/s are 1000 steps/s)" "$bin/galvani" bench live --backend gl --rounds "$rounds"
raw=1 section 60 "frames: surfaces" "$bin/galvani" bench surface --backend gl --rounds "$rounds"
speed() {
	for w in $1; do
		raw=1 section "$2" "speed: $w" "$bin/galvani" bench "$w" --threads "$threads" --precision single --rounds "$rounds"
	done
}
speed "$large" 75
# Ways that a network is refused are in the report, with the reason.
for w in $ways; do
	raw=1 section 90 "ways to run a step: $w" "$bin/galvani" bench "$w" --backend gl-plain,gl-resident,gl-persistent --precision single --rounds "$rounds"
done

# tests of all packages, each in a process and in its folder since they read files there.
one_test() { # NAME_OF_OUTPUT FOLDER BINARY TEST
	cd "$2" || exit
	start=$SECONDS rc=0
	timeout -s QUIT -k 10 "$LIMIT" "$3" -test.run "^$4\$" -test.v >"$OUTPUTS/$1" 2>&1 || rc=$?
	echo "$rc $((SECONDS - start)) $1" >>"$OUTPUTS/results"
}
export -f one_test
if [ -n "$packages" ] && [ "$(left 180)" -gt 20 ]; then
	echo "tests" >&2
	start=$SECONDS
	export OUTPUTS=$outputs
	LIMIT=$(left 180)
	export LIMIT
	for p in $packages; do
		folder=gpu/$p
		[ "$p" = shaders ] && folder=shaders
		# The longest first.
		(cd "$folder" && "$bin/$p.test" -test.list '^Test') | grep '^Test' | sed "s,.*,$p.&\t$folder\t$bin/$p.test\t&," |
			awk '{ print (/Networks|Suite/ ? 0 : 1) "\t" $0 }' | sort -s -k1,1 | cut -f2-
	done | timeout -k 10 $((LIMIT + 10)) xargs -r -P "${JOBS:-$((threads < 8 ? threads : 8))}" -L 1 bash -c 'one_test "$@"' _
	touch "$outputs/results"
	bad=$(awk '$1 != 0 { print $3 }' "$outputs/results" | sort)
	skipped=$(grep -l -- '^--- SKIP' "$outputs"/*.* 2>/dev/null | xargs -rn1 basename | tr '\n' ' ')
	{
		printf '\n## tests\n\n%d tests of %s in %d s, each in a process of its own: %d passed, %d FAILED.\n' "$(wc -l <"$outputs/results")" "$packages" $((SECONDS - start)) \
			"$(grep -c '^0 ' "$outputs/results")" "$(echo -n "$bad" | grep -c '')"
		echo "The longest: $(sort -k2,2nr "$outputs/results" | head -5 | awk '{ printf "%s %d s; ", $3, $2 }')"
		[ -n "$skipped" ] && echo "Left out by themselves: $skipped"
		for t in $bad; do
			printf '\n### %s FAILED (exit code %s)\n\n```\n' "$t" "$(awk -v t="$t" '$3 == t { print $1 }' "$outputs/results")"
			grep -v '^=== ' "$outputs/$t" | grep -v -e '--- PASS' -e '--- SKIP' | head -n 40
			echo '```'
		done
	} >>"$report"
	[ -z "$bad" ] || failed=1
elif [ -n "$packages" ]; then
	printf '\n## tests\n\nLEFT OUT: the %d seconds in all are over.\n' "$all" >>"$report"
fi

speed "$workloads" 40
raw=1 section 40 "speed in double precision" "$bin/galvani" bench cuba-4000 cobahh field-100 --threads "$threads" --precision double --rounds "$rounds"
echo "$report, $SECONDS s: $([ $failed = 0 ] && echo "everything passed" || echo "there are FAILURES")"
grep -n 'FAILED\|LEFT OUT' "$report" | head -40 || true
exit $failed
