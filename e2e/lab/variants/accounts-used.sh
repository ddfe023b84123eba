# What each account that accounts.sh and accounts-uses.sh planted really does with engines, prompts, models and the lists of who may ask: one line
# `ACCOUNT CAPABILITY` for each, after the way in by which it does. Run as root.   shellcheck shell=sh
set -u
models=/usr/share/ollama/.ollama/models
o='-i /root/planted.key -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/root/planted.hosts'
sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_*_key.pub >/root/planted.hosts

# Within a session: with no key, or with one that it finds where the account may look.
asks='
found=$(
  sudo -n /usr/bin/cat /etc/vllm/llama.key 2>/dev/null
  cat /etc/vllm/* /etc/nginx/conf.d/* /etc/systemd/system/llama.service /proc/[0-9]*/cmdline 2>/dev/null | tr "\0" "\n"
  systemctl show -p Environment llama.service 2>/dev/null
)
for key in none $(echo "$found" | grep -o "sk-planted-[a-z]*" | sort -u); do
  for port in 11434 8081; do
    [ "$(curl -s -m 5 -o /dev/null -w "%{http_code}" -H "Authorization: Bearer $key" "http://127.0.0.1:$port/v1/models")" = 200 ] && echo "sends $port" && exit
  done
done'

# As the account itself.
tries='
id=$(id -un) HOME=/home/$(id -un)
say() { echo "$id $1"; }
has() { grep -qs planted-prompt; }
if journalctl -q -u ollama.service -u llama.service | has || sudo -n /usr/bin/journalctl -u ollama.service | has || cat /var/log/nginx/bodies.log | has ||
  sudo -n /usr/bin/cat /var/log/nginx/bodies.log | has || sudo -n /usr/bin/cat /srv/x /var/log/nginx/bodies.log | has ||
  sudo -n -u ollama /usr/bin/env cat "/proc/$engine/environ" >/dev/null || doas -n cat /var/log/nginx/bodies.log | has ||
  cat "/proc/$engine/environ" >/dev/null || sg adm -c "cat /var/log/nginx/bodies.log" | has; then say read-prompts; fi
if [ -n "$(find "$models" /usr/share/ollama/.ollama -maxdepth 0 -writable)$(find "$models" -writable ! -type l -print -quit)" ] ||
  echo y | sudo -n /usr/bin/tee "$models/blobs/sha256-planted" >/dev/null || sudo -n /usr/bin/rm -f "$models/blobs/sha256-planted" ||
  sudo -n -u ollama /usr/bin/env touch "$models/blobs/.tried-$id"; then say change-models; fi
if [ -w /etc/nginx/.htpasswd ] || [ -w /etc/nginx/people ] || [ -w /etc/oauth2-proxy/mails.txt ] || [ -w /etc/oauth2-proxy ] || [ -w /etc/nginx ] ||
  echo | sudo -n /usr/bin/tee -a /etc/nginx/.htpasswd || echo | sudo -n /usr/bin/tee -a /etc/oauth2-proxy/mails.txt ||
  echo | sudo -n /usr/bin/tee -a /home/key-plain/.ssh/authorized_keys || sudo -n /usr/sbin/usermod -aG video target ||
  gpasswd -a target readers; then say change-access; fi
'
# A way in, and what it leads to: a session by its key or its password, a port that sshd opens for it, or a job of its own that runs anyhow.
engine_of() {
  if [ -s "/home/$1/.ssh/authorized_keys" ] || [ "$1" = cert-listed ]; then
    case $(ssh -n $o "$1@127.0.0.1" "$asks" 2>/dev/null) in *sends* | *'"object"'*) return ;; esac
    for port in 11434 8081; do
      case $(printf 'GET /v1/models HTTP/1.0\r\n\r\n' | timeout 5 ssh $o -W "127.0.0.1:$port" "$1@127.0.0.1" 2>/dev/null) in *' 200 '*) return ;; esac
    done
  fi
  if [ "$1" = sudo-asks ]; then
    case $(echo 'correct horse' | setpriv --reuid nothing --regid nothing --init-groups -- su "$1" -c "$asks" 2>/dev/null) in *sends*) return ;; esac
  fi
  if [ "$1" = keys-sudo ]; then
    # A key of its own among those of another, by which it comes in as that one.
    setpriv --reuid "$1" --regid "$1" --init-groups -- env HOME="/home/$1" sh -c '
      ssh-keygen -q -t ed25519 -N "" -f ~/own && sudo -n /usr/bin/tee -a /home/key-plain/.ssh/authorized_keys <~/own.pub' >/dev/null 2>&1
    case $(ssh -n -i "/home/$1/own" -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/root/planted.hosts key-plain@127.0.0.1 "$asks" 2>/dev/null) in *sends*) return ;; esac
  fi
  if [ -f "/var/spool/cron/crontabs/$1" ] || [ -n "$(find /var/spool/cron/atjobs -user "$1")" ] || [ -e "/var/lib/systemd/linger/$1" ]; then
    case $(setpriv --reuid "$1" --regid "$1" --init-groups -- sh -c "$asks" 2>/dev/null) in *sends*) return ;; esac
  fi
  false
}
try() {
  echo "$1 exists"
  if engine_of "$1"; then
    echo "$1 send-inference"
    # Ollama, where it runs, takes DELETE /api/delete from whoever sends it.
    if systemctl -q is-active ollama; then echo "$1 change-models"; fi
  fi
  setpriv --reuid "$1" --regid "$1" --init-groups -- env engine="$engine" models="$models" sh -c "$tries" </dev/null 2>/dev/null | grep "^$1 "
}
for unit in ollama llama; do if systemctl -q is-active "$unit"; then engine=$(systemctl show -P MainPID "$unit"); fi; done
first=$(id -u nothing)
running=0
for name in $(getent passwd | awk -F: -v first="$first" '$3 >= first && $3 < 60000 { print $1 }'); do
  try "$name" &
  running=$((running + 1))
  if [ "$((running % 8))" = 0 ]; then wait; fi
done
wait
