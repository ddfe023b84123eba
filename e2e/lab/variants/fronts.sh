# fronts.sh: HAProxy and Apache of Debian in front of vLLM, which a sound nginx stands in front of as well. Both are real; their packages come on stdin, as a tar.   shellcheck shell=sh
set -eu
packages=$(mktemp -d) && tar -C "$packages" -xf -
for deb in "$packages"/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C /; done
rm -rf "$packages"
ldconfig
useradd --system --shell /usr/sbin/nologin --home-dir /var/lib/haproxy haproxy
mkdir -p /var/lib/haproxy /run/haproxy /var/log/apache2 /var/lock/apache2
cat >/etc/haproxy/haproxy.cfg <<'C'
global
  user haproxy
  group haproxy
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend models
  bind *:8443
  bind :::8444 v6only
  default_backend vllm
backend vllm
  server one 127.0.0.1:8000
C
ln -sf ../mods-available/mpm_event.load ../mods-available/mpm_event.conf ../mods-available/authz_core.load ../mods-available/proxy.load \
  ../mods-available/proxy_http.load /etc/apache2/mods-enabled/
printf 'Listen 8081\n' >/etc/apache2/ports.conf
rm -f /etc/apache2/sites-enabled/*
cat >/etc/apache2/sites-enabled/models.conf <<'C'
ServerName gpu1.lab.internal
<VirtualHost *:8081>
  ProxyPass / http://127.0.0.1:8000/
</VirtualHost>
C
systemctl daemon-reload
systemctl start haproxy apache2
for port in 8443 8081; do
  for attempt in $(seq 50); do
    status=$(curl -s -m 2 -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port/v1/models" || :)
    [ "$status" = 401 ] && break
    [ "$attempt" = 50 ] && { journalctl --no-pager -n 20 -u haproxy -u apache2 >&2; exit 1; }
    sleep 0.2
  done
done
