# podman.sh, after image.sh: Podman of Debian and the image `localhost/stand-ins`; its packages come on stdin, as a tar. All but what runs in its containers is real.
# A host of the lab has no controllers (no limit of processes) and may not raise a limit: the runtime is runc, since crun would lock memory without one.
unpack
cat >/etc/containers/containers.conf <<'C'
[engine]
runtime="runc"
[containers]
pids_limit=0
default_ulimits=["nofile=1024:1024", "nproc=1024:1024"]
C
printf '[storage]\ndriver="vfs"\nrunroot="/run/containers/storage"\ngraphroot="/var/lib/containers/storage"\n' >/etc/containers/storage.conf
rm -rf /etc/cni
tar -C $image -cf - . | podman import --quiet - localhost/stand-ins >/dev/null
rm -rf $image
