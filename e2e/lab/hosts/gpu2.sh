# gpu2: Ollama as its installer leaves it, behind the nginx example and the ufw commands of the article that Gatehouse grew
# from, word for word.   shellcheck shell=bash

# scripts/install.sh of Ollama: the account, and the person who installed it in its group.
run useradd --system --shell /bin/false --user-group --create-home --home-dir /usr/share/ollama ollama
run chmod 755 /usr/share/ollama # what useradd makes of a home is closed since Debian 13 and Ubuntu 22.04
run usermod --append --groups render,video ollama
run usermod --append --groups ollama "$CHANGE_USER"
program /usr/local/bin/ollama ollama.py
put 644 /etc/systemd/system/ollama.service <<'U'
[Unit]
Description=Ollama Service
After=network-online.target

[Service]
ExecStart=/usr/local/bin/ollama serve
User=ollama
Group=ollama
Restart=always
RestartSec=3
Environment="PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

[Install]
WantedBy=default.target
U
run systemctl -q enable ollama.service
make_model ollama /usr/share/ollama/.ollama/models llama3.2
ssh-keygen -q -t ed25519 -N '' -C '' -f "$root/usr/share/ollama/.ollama/id_ed25519"
run chown -R ollama:ollama /usr/share/ollama/.ollama

# The certificate authority's own certificate, used as the server's, as the file names of the article say.
mkdir -p "$root/etc/ssl/private"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj '/O=Your Company/CN=Internal CA' \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
  -keyout "$root/etc/ssl/private/internal-ca.key" -out "$root/etc/ssl/certs/internal-ca.crt" 2>/dev/null
chmod 600 "$root/etc/ssl/private/internal-ca.key"
printf 'analyst:%s\n' "$(openssl passwd -6 "$(openssl rand -hex 16)")" | put 640 /etc/nginx/.htpasswd
run chown root:www-data /etc/nginx/.htpasswd
put 644 /etc/nginx/sites-available/ollama-secure <<'C'
server {
listen 443 ssl;
server_name ai.internal.yourcompany.com;
ssl_certificate /etc/ssl/certs/internal-ca.crt;
ssl_certificate_key /etc/ssl/private/internal-ca.key;
ssl_protocols TLSv1.2 TLSv1.3;
ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
location / {
auth_basic "AI Inference Server";
auth_basic_user_file /etc/nginx/.htpasswd;
proxy_pass http://127.0.0.1:11434;
proxy_set_header Host $host;
proxy_read_timeout 300s;
}
# Block model management endpoints from regular users
location /api/pull {
allow 10.0.1.5; # Only the model management host
deny all;
}
location /api/delete {
allow 10.0.1.5;
deny all;
}
location /api/push {
deny all;
}
}
C
ln -s ../sites-available/ollama-secure "$root/etc/nginx/sites-enabled/ollama-secure"

run ufw default deny incoming
run ufw default deny outgoing
run ufw allow from 10.0.1.0/24 to any port 8000
run ufw allow out to any port 443
run ufw allow out to any port 53
# Not in the article, whose commands lock the admin out: without this nobody could log in to look.
run ufw allow from "$LAN.10" to any port 22 proto tcp
run ufw --force enable
