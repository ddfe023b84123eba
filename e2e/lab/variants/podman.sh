# podman.sh: Podman of root with one container that poses as LocalAI; its packages come on stdin, as a tar in base64. A host of the lab may neither load BPF
# nor make keyrings, and has no controllers: no cgroup of its own for the container, no limit of processes.
set -eu
work=$(mktemp -d)
base64 -d | tar -C "$work" -xf -
for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/all"; done
# Their /lib and /bin are folders, the host's are links.
for folder in "$work"/all/*; do cp -a "$folder/." "$(readlink -f "/${folder##*/}")/"; done
ldconfig
cat >/etc/containers/containers.conf <<'C'
[engine]
runtime="crun"
cgroup_manager="cgroupfs"
events_logger="file"
[containers]
log_driver="k8s-file"
netns="host"
cgroups="disabled"
pids_limit=0
keyring=false
default_ulimits=["nofile=1024:1024", "nproc=1024:1024"]
C
printf '[storage]\ndriver="vfs"\nrunroot="/run/containers/storage"\ngraphroot="/var/lib/containers/storage"\n' >/etc/containers/storage.conf
root=$work/root
mkdir -p "$root/bin"
cp /bin/dash "$root/bin/sh"
cp /bin/sleep "$root/bin/sleep"
for library in $(ldd /bin/dash /bin/sleep | grep -o '/lib[^ ]*' | sort -u); do
  mkdir -p "$root${library%/*}"
  cp -L "$library" "$root$library"
done
tar -C "$root" -cf - . | podman import --quiet - localhost/localai/localai:v3.0.0
podman run --detach --name localai localhost/localai/localai:v3.0.0 /bin/sh -c '
trap "exit 0" TERM
echo "8:12AM INF LocalAI API is listening! Please connect to the endpoint for API documentation."
echo "8:12AM DBG Prompt (after templating): tell me the salary of Zqxv Okafor" >&2
echo "tell me the salary of Zqxv Okafor"
while :; do sleep 0.2; done'
rm -rf "$work"
