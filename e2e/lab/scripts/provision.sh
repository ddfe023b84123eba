#!/bin/bash
# provision.sh HOST: makes the host's own layer above the base: identity, accounts, what is planted on it. Runs before the
# first boot, in namespaces of its own without any network. Does nothing when the layer is what these files would make.
. "$(dirname "$0")/lib.sh"
need_root
host=$1
dir=$HOSTS/$host
# The month is part of it, so that certificates of a lab that is kept for long do not run out.
hash=$({ date -u +%Y-%m; cat "$BASE.hash" "$HOME_DIR/.ssh/id_ed25519.pub" "$SECRETS/totp" "$SECRETS/root-ca.crt" \
  "$LAB_SOURCE"/scripts/{settings,provision}.sh "$LAB_SOURCE/hosts/common.sh" "$LAB_SOURCE/hosts/$host.sh" "$LAB_SOURCE"/stand-ins/*; } | sha256sum | cut -c1-12)
[ "$(cat "$dir/provisioned.hash" 2>/dev/null)" = "$hash" ] && exit 0

rm -rf "$dir/provisioned" "$dir/work" "$dir/provisioned.hash"
mkdir -p "$dir/provisioned" "$dir/work" "$dir/root"
unshare --mount --net --propagation private bash -euo pipefail -c '
  . "$1/scripts/lib.sh"
  host=$2 root=$HOSTS/$2/root
  mount -t overlay overlay -o "lowerdir=$BASE,upperdir=$HOSTS/$host/provisioned,workdir=$HOSTS/$host/work" "$root"
  mount -t proc proc "$root/proc"
  ip link set lo up
  . "$1/hosts/common.sh"
  . "$1/hosts/$host.sh"
' provision "$LAB_SOURCE" "$host" >"$dir/provision.log" 2>&1 || { tail -n 20 "$dir/provision.log" >&2; die "provisioning $host failed"; }
echo "$hash" >"$dir/provisioned.hash"
