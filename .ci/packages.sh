#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages given as arguments, as far as they are missing and may be installed. Where they may
# not, it says what to install and succeeds: what follows finds out by itself what it can do without them. With CI=true
# missing packages are a failure.
set -euo pipefail

fail() {
	echo "$1" >&2
	if [ "${CI:-}" = true ]; then exit 1; fi
	exit 0
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	fail "This is not Debian or Ubuntu. If something is missing below, install the equivalents of: $*"
fi

missing=()
for p in "$@"; do
	case "$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null || true)" in
	*"ok installed") ;;
	*) missing+=("$p") ;;
	esac
done
if [ ${#missing[@]} -eq 0 ]; then exit 0; fi

if [ "$(id -u)" = 0 ]; then
	root=(env)
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	root=(sudo -n env)
else
	fail "These packages are missing, and installing them needs root. For windows, OpenGL and movies run:
    sudo apt-get install --no-install-recommends ${missing[*]}"
fi

echo "installing ${missing[*]}"
apt() { "${root[@]}" DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 "$@"; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
	tail -n 5 "$log" >&2
	fail "apt-get could not install ${missing[*]}; going on without."
fi
