# gpu1: sound. vLLM on the loopback with a key from a file, nginx with TLS, client certificates and an allow-list before it, a
# sandboxed unit under its own account, a firewall closed in both directions.   shellcheck shell=bash
run useradd --system --shell /usr/sbin/nologin --home-dir /var/lib/vllm --no-create-home --groups render,video vllm

model=/srv/models/vllm/llama-3.1-8b-instruct
make_model safetensors "$model/model-00001-of-00001.safetensors"
echo '{"architectures":["LlamaForCausalLM"],"model_type":"llama","torch_dtype":"bfloat16"}' | put 640 "$model/config.json"
echo '{"model_max_length":131072,"tokenizer_class":"PreTrainedTokenizerFast"}' | put 640 "$model/tokenizer_config.json"
run chown -R vllm:vllm /srv/models/vllm
run find /srv/models/vllm -type d -exec chmod 750 {} +
run find /srv/models/vllm -type f -exec chmod 640 {} +

mkdir -p "$root/opt/vllm/bin"
ln -s /usr/bin/python3 "$root/opt/vllm/bin/python3"
put 755 /opt/vllm/bin/vllm <<'P'
#!/opt/vllm/bin/python3
exec(compile(open("/usr/local/lib/stand-ins/vllm.py").read(), "/opt/vllm/lib/vllm.py", "exec"))
P
echo "VLLM_API_KEY=$(openssl rand -hex 24)" | put 600 /etc/vllm/vllm.env
put 644 /etc/systemd/system/vllm.service <<U
[Unit]
Description=vLLM OpenAI-compatible server
After=network-online.target
Wants=network-online.target

[Service]
User=vllm
Group=vllm
SupplementaryGroups=render video
EnvironmentFile=/etc/vllm/vllm.env
Environment=HF_HUB_OFFLINE=1 VLLM_NO_USAGE_STATS=1 CUDA_VISIBLE_DEVICES=0,1 HOME=/var/lib/vllm
ExecStart=/opt/vllm/bin/vllm serve $model --served-model-name llama-3.1-8b-instruct --host 127.0.0.1 --port 8000 --max-model-len 4096 --max-num-seqs 32 --gpu-memory-utilization 0.85 --disable-fastapi-docs --no-enable-log-requests
Restart=on-failure
RestartSec=3
UMask=0027
StateDirectory=vllm
StateDirectoryMode=0700
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
CapabilityBoundingSet=
AmbientCapabilities=
SystemCallArchitectures=native
SystemCallFilter=@system-service
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
LimitCORE=0
DevicePolicy=closed
DeviceAllow=char-nvidia* rw
ReadOnlyPaths=/srv/models/vllm

[Install]
WantedBy=multi-user.target
U
run systemctl -q enable vllm.service

# Leaf and issuing CA, as a server sends them; the root is in the host's trust store and signs the clients.
cat "$SECRETS/gpu1.crt" "$SECRETS/issuing-ca.crt" | put 644 /etc/nginx/tls/inference.crt
put 600 /etc/nginx/tls/inference.key <"$SECRETS/gpu1.key"
put 644 /etc/nginx/tls/client-ca.crt <"$SECRETS/root-ca.crt"
put 644 /usr/local/share/ca-certificates/lab-root-ca.crt <"$SECRETS/root-ca.crt"
run update-ca-certificates >/dev/null
put 644 /etc/nginx/conf.d/logging.conf <<'C'
log_format ai_access escape=json
  '{"timestamp":"$time_iso8601",'
  '"client_ip":"$remote_addr",'
  '"authenticated_user":"$ssl_client_s_dn",'
  '"method":"$request_method",'
  '"endpoint":"$uri",'
  '"http_status":"$status",'
  '"response_bytes":"$bytes_sent",'
  '"request_duration_ms":"$request_time"}';
C
put 644 /etc/nginx/sites-available/inference <<'C'
# Scanners that do not know the name get no handshake.
server {
    listen 443 ssl default_server;
    listen [::]:443 ssl default_server;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_reject_handshake on;
    return 444;
}

server {
    listen 443 ssl;
    listen [::]:443 ssl;
    server_name gpu1.lab.internal ai.lab.internal;
    server_tokens off;

    ssl_certificate     /etc/nginx/tls/inference.crt;
    ssl_certificate_key /etc/nginx/tls/inference.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384;
    ssl_session_tickets off;
    add_header Strict-Transport-Security "max-age=31536000" always;

    # Only applications with a certificate of the internal CA; their Bearer key goes through to vLLM.
    ssl_client_certificate /etc/nginx/tls/client-ca.crt;
    ssl_verify_client on;
    ssl_verify_depth 2;

    access_log /var/log/nginx/ai-access.log ai_access;
    client_max_body_size 4m;
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_read_timeout 300s;
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;

    location = /v1/chat/completions { proxy_pass http://127.0.0.1:8000; }
    location = /v1/completions      { proxy_pass http://127.0.0.1:8000; }
    location = /v1/embeddings       { proxy_pass http://127.0.0.1:8000; }
    location = /v1/models           { proxy_pass http://127.0.0.1:8000; }
    location / { return 404; }
}
C
ln -s ../sites-available/inference "$root/etc/nginx/sites-enabled/inference"
# nginx before 1.19.4 (Debian 11, Ubuntu 20.04 and 22.04 have it) must shake hands to close.
run nginx -t 2>/dev/null ||
  run sed -i 's|ssl_reject_handshake on;|ssl_certificate /etc/nginx/tls/inference.crt; ssl_certificate_key /etc/nginx/tls/inference.key;|' /etc/nginx/sites-available/inference

# nginx would make it 0644.
run install -m 640 -o www-data -g adm /dev/null /var/log/nginx/ai-access.log
# The package of nginx keeps two weeks.
run sed -i 's/rotate 14/rotate 90/' /etc/logrotate.d/nginx
put 644 /etc/ssh/sshd_config.d/20-hardened.conf <<C
AllowUsers $AUDIT_USER $CHANGE_USER
DisableForwarding yes
X11Forwarding no
MaxAuthTries 3
LoginGraceTime 30
LogLevel VERBOSE
C
put 644 /etc/sysctl.d/60-hardened.conf <<'C'
net.ipv4.conf.all.rp_filter = 1
net.ipv4.conf.all.accept_redirects = 0
net.ipv4.conf.default.accept_redirects = 0
net.ipv4.conf.eth0.accept_redirects = 0
net.ipv4.conf.all.accept_source_route = 0
net.ipv4.conf.default.accept_source_route = 0
net.ipv6.conf.all.accept_redirects = 0
net.ipv6.conf.default.accept_redirects = 0
net.ipv6.conf.eth0.accept_redirects = 0
C

run ufw default deny incoming
run ufw default deny outgoing
run ufw default deny routed
run ufw allow from 10.0.1.0/24 to any port 443 proto tcp comment 'application servers'
run ufw allow from "$LAN.10" to any port 22 proto tcp comment 'jump host'
run ufw allow out to 10.0.4.0/24 port 443 proto tcp comment 'model storage'
run ufw --force enable
