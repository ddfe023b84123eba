# docker.sh, after image.sh: Docker of Debian and the image `stand-ins`; its packages come on stdin, as a tar. All but what runs in its containers is real.
unpack
groupadd --system docker
mkdir -p /etc/docker
echo '{"storage-driver":"vfs"}' >/etc/docker/daemon.json # the host's own root is an overlay, on which none can lie
systemctl daemon-reload
systemctl start docker.socket containerd docker
tar -C $image -cf - . | docker import - stand-ins >/dev/null
rm -rf $image
