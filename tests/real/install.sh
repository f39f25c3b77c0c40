#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# install.sh [--quick] [--questions] [--list]: installs the Debian 12 packages that the cases name in
# their "# packages:" lines, and starts no service: policy-rc.d says no meanwhile. What
# is there already, as a package or as a command of that name, is left alone.
#   --quick      only those of the cases marked "# quick"
#   --questions  those of ../questions instead
#   --list       print the packages, install nothing
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
quick='' list='' cases=(*_*.sh more/*_*.sh)
for a; do
	case $a in
	--quick) quick=1 ;; --list) list=1 ;; --questions) cases=(../questions/*/run.sh) ;;
	*) echo "usage: install.sh [--quick] [--questions] [--list]" >&2; exit 2 ;;
	esac
done

[ -z "$quick" ] || mapfile -t cases < <(grep -lx '# quick' -- "${cases[@]}")
common="coreutils grep openssl python3 sed util-linux" # lib.sh and tools/
mapfile -t packages < <({ tr ' ' '\n' <<<"$common"
	sed -n 's/^# packages: //p' "${cases[@]}" | tr ' ' '\n'; } | sort -u)
if [ -n "$list" ]; then
	printf '%s\n' "${packages[@]}"
	exit 0
fi

there() { dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed || command -v "$1" >/dev/null; }
missing=()
for p in "${packages[@]}"; do there "$p" || missing+=("$p"); done
if [ ${#missing[@]} = 0 ]; then
	echo "all ${#packages[@]} packages are there"
	exit 0
fi

policy=/usr/sbin/policy-rc.d saved=''
if [ -e $policy ]; then saved=$(mktemp); cp -a $policy "$saved"; fi
trap 'if [ -n "$saved" ]; then mv "$saved" $policy; else rm -f $policy; fi' EXIT
printf '#!/bin/sh\nexit 101\n' >$policy
chmod 755 $policy
wait=(-o DPkg::Lock::Timeout=600) # a new machine updates itself just then
apt-get update "${wait[@]}"
DEBIAN_FRONTEND=noninteractive apt-get install -y "${wait[@]}" --no-install-recommends "${missing[@]}"
