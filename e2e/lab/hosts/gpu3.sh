# gpu3: what quick tutorials make. Ollama and llama-server as root on every interface, no proxy, no firewall, models anyone may
# replace. The audit account may not use sudo.   shellcheck shell=bash
run apt-get purge -qq -y nginx-light nginx-common >/dev/null
rm -rf "$root/etc/nginx"

program /usr/local/bin/ollama ollama.py
put 644 /etc/systemd/system/ollama.service <<'U'
[Unit]
Description=Ollama
After=network.target

[Service]
ExecStart=/usr/local/bin/ollama serve
Environment="OLLAMA_HOST=0.0.0.0" "OLLAMA_ORIGINS=*" "OLLAMA_MODELS=/models/ollama"
Restart=always

[Install]
WantedBy=multi-user.target
U
run systemctl -q enable ollama.service
make_model ollama /models/ollama mistral

# Started by cron at boot, so no unit of its own.
program /opt/llama.cpp/build/bin/llama-server llama_server.py
make_model gguf /models/gguf/qwen2.5-7b-instruct-q4_k_m.gguf
run chmod -R 777 /models
put 644 /etc/cron.d/llama-server <<'C'
@reboot root exec /opt/llama.cpp/build/bin/llama-server -m /models/gguf/qwen2.5-7b-instruct-q4_k_m.gguf --host 0.0.0.0 --port 8080 -ngl 99 -c 8192 >/var/log/llama-server.log 2>&1
C
