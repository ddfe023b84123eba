# exporter.sh: an exporter in Go, real, under the name and in the unit of one for GPUs. It is the node exporter of Prometheus, which Debian has and which
# takes the same flags (exporter-toolkit) as nvidia_gpu_exporter, which Debian has not; so what it serves is real, and tells nothing of GPUs.
packages=$(mktemp -d) && tar -C "$packages" -xf -
dpkg-deb --extract "$packages"/prometheus-node-exporter_*.deb "$packages/tree"
cp "$packages/tree/usr/bin/prometheus-node-exporter" /usr/bin/nvidia_gpu_exporter
rm -rf "$packages"
printf '%s\n' '[Service]' User=root 'ExecStart=/usr/bin/nvidia_gpu_exporter --web.listen-address :9835 --collector.disable-defaults --collector.loadavg --collector.meminfo' \
  Restart=always >/usr/lib/systemd/system/nvidia_gpu_exporter.service
systemctl daemon-reload && systemctl start nvidia_gpu_exporter
for _ in $(seq 50); do curl -s -m 2 -o /dev/null http://127.0.0.1:9835/metrics && exit 0; sleep 0.2; done
exit 1
