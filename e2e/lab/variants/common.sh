# A host whose proxy is Caddy with oauth2-proxy. Run as root on the host; Caddy's program comes on stdin, in base64.   shellcheck shell=sh
set -eu
put() { mkdir -p "${2%/*}"; cat >"$2"; chmod "$1" "$2"; }

base64 -d | put 755 /usr/bin/caddy
mkdir -p /usr/local/lib/stand-ins/bin
cp /usr/bin/python3 /usr/local/lib/stand-ins/bin/oauth2-proxy
put 755 /usr/local/bin/oauth2-proxy <<'P'
#!/usr/bin/python3 -I
import sys
if "--version" in sys.argv:
    print("oauth2-proxy v7.15.4 (built with go1.25.3)")
    sys.exit(0)
sys.path.insert(0, "/usr/local/lib/stand-ins")
import pose
pose.launch("/usr/local/lib/stand-ins/bin/oauth2-proxy", "oauth2_proxy.py")
P
useradd --system --shell /usr/sbin/nologin --home-dir /nonexistent oauth2-proxy
useradd --system --shell /usr/sbin/nologin --home-dir /var/lib/caddy --create-home caddy
systemctl disable -q --now nginx
put 644 /etc/systemd/system/oauth2-proxy.service <<'U'
[Unit]
Description=oauth2-proxy

[Service]
User=oauth2-proxy
Group=oauth2-proxy
ExecStart=/usr/local/bin/oauth2-proxy --config=/etc/oauth2-proxy/oauth2-proxy.cfg
Restart=on-failure
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
U
# As Debian's package has it, in short.
put 644 /etc/systemd/system/caddy.service <<'U'
[Unit]
Description=Caddy
After=network.target

[Service]
User=caddy
Group=caddy
ExecStart=/usr/bin/caddy run --environ --config /etc/caddy/Caddyfile
AmbientCapabilities=CAP_NET_BIND_SERVICE
PrivateTmp=true
ProtectSystem=full
U
# Both are up when they answer.
begin() {
  chown -R root:oauth2-proxy /etc/oauth2-proxy
  systemctl daemon-reload
  systemctl start oauth2-proxy caddy
  for _ in $(seq 50); do
    if curl -s -m 2 -o /dev/null http://127.0.0.1:2019/config/ && curl -s -m 2 -o /dev/null http://127.0.0.1:4180/ping; then return 0; fi
    sleep 0.2
  done
  journalctl --no-pager -n 20 -u caddy -u oauth2-proxy >&2
  return 1
}
