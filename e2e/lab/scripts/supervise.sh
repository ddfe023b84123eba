#!/bin/bash
# supervise.sh HOST: keeps one host running. First process of a private mount namespace, so its mounts end with it.
. "$(dirname "$0")/lib.sh"
host=$1
dir=$HOSTS/$host

mount -t overlay overlay -o "lowerdir=$dir/provisioned:$BASE,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
mkdir -p /run/systemd/nspawn
mount -t tmpfs -o mode=755 tmpfs /run/systemd/nspawn # nspawn wants a tmpfs there; /run may be on disk

# A machine may mount cgroup v1 controllers beside an empty v2 tree. Through a private pure v2 mount nspawn and the
# systemd inside see the unified hierarchy of a current Debian.
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$PREFIX/$host"
echo $$ >"/sys/fs/cgroup/$PREFIX/$host/cgroup.procs"

# With a ready-made network namespace nspawn keeps neither CAP_NET_ADMIN nor a writable /proc/sys/net, and then ufw,
# nft and sysctl fail for root inside.
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network
# Docker and Podman load a BPF program for the devices of a container, and make a keyring for it.
stopping=0
child=
trap 'stopping=1; if [ -n "$child" ]; then kill -TERM "$child" 2>/dev/null || :; fi' TERM
# With --keep-unit a reboot inside ends nspawn with status 133 instead of restarting it.
while :; do
  systemd-nspawn --quiet --boot --directory="$dir/root" --machine="$PREFIX-$host" --hostname="$host" --register=no --keep-unit \
    --network-namespace-path="/run/netns/$(namespace "$host")" --capability=CAP_NET_ADMIN \
    --system-call-filter='bpf @keyring landlock_create_ruleset landlock_add_rule landlock_restrict_self' \
    --resolv-conf=off --timezone=off --link-journal=no --console=read-only &
  child=$!
  remember_pid "$dir/nspawn.pid" $child
  status=0
  wait "$child" || status=$?
  while kill -0 "$child" 2>/dev/null; do # a trapped TERM interrupts wait
    status=0
    wait "$child" || status=$?
  done
  [ "$status" = 133 ] && [ $stopping = 0 ] || break
done
exit "$status"
