# gpu2 with llama-server, which asks for a key, in place of Ollama; run behind accounts-uses.sh.   shellcheck shell=sh
set -eu
account() { n=$1; useradd --create-home --shell "${2:-/bin/bash}" "$n"; }
key() {
  install -d -m 700 "/home/$n/.ssh"
  echo "${1:+$1 }$(cat /root/planted.key.pub)" >"/home/$n/.ssh/authorized_keys"
  chown -R "$n:" "/home/$n/.ssh"
}
useradd --system llama
groupadd llmkey
mkdir -p /etc/vllm /srv/models
install -m 640 -o llama -g llmkey /dev/null /etc/vllm/llama.key
echo sk-planted-file >/etc/vllm/llama.key
echo x >/srv/models/m.gguf
install -m 755 /usr/bin/python3 /usr/local/lib/stand-ins/bin/llama-server
cat >/usr/local/bin/llama-server <<'P'
#!/usr/bin/python3 -I
import sys
sys.path.insert(0, "/usr/local/lib/stand-ins")
import pose
pose.launch("/usr/local/lib/stand-ins/bin/llama-server", "llama_server.py")
P
chmod 755 /usr/local/bin/llama-server
cat >/etc/systemd/system/llama.service <<'U'
[Service]
ExecStart=/usr/local/bin/llama-server -m /srv/models/m.gguf --host 127.0.0.1 --port 8081 --api-key-file /etc/vllm/llama.key
User=llama
U
account key-reader;      key; usermod -aG llmkey "$n"
account key-reader-out;  usermod -aG llmkey "$n"
account key-reader-bare /usr/sbin/nologin; key; usermod -aG llmkey "$n"
account key-acl;         key; setfacl -m "u:$n:r" /etc/vllm/llama.key
account key-sudo;        key; echo "$n ALL=NOPASSWD: /usr/bin/cat /etc/vllm/llama.key" >/etc/sudoers.d/key-sudo
# What Ollama said is gone, and it would say no more.
rm /etc/systemd/system/ollama.service.d/debug.conf
systemctl stop ollama
journalctl -q --rotate
journalctl -q --vacuum-time=1s
setfacl -R -m u:journal-acl:rX /var/log/journal
systemctl daemon-reload
systemctl start llama
for _ in 1 2 3 4 5; do curl -s -o /dev/null http://127.0.0.1:8081/health && break; sleep 1; done
