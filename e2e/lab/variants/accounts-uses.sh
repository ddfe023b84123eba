# More accounts on gpu2, run behind accounts.sh: who gets through to an engine, reads what is asked of it, changes its models, or the lists of who may ask.
# shellcheck shell=sh disable=SC2154
# Ollama says what it is asked, and so does nginx, each in a log of its own.
mkdir -p /etc/systemd/system/ollama.service.d /etc/oauth2-proxy
printf '[Service]\nEnvironment=OLLAMA_DEBUG=1\n' >/etc/systemd/system/ollama.service.d/debug.conf
cat >/etc/nginx/conf.d/bodies.conf <<'C'
log_format bodies escape=json '$request_body';
server {
  listen 127.0.0.1:8088;
  access_log /var/log/nginx/bodies.log bodies;
  location / { proxy_pass http://127.0.0.1:11434; }
  location /private/ { auth_basic people; auth_basic_user_file people; proxy_pass http://127.0.0.1:11434/; }
}
C
install -m 640 -o root -g www-data /dev/null /etc/nginx/people
install -m 640 -o www-data -g adm /dev/null /var/log/nginx/bodies.log
install -m 640 /dev/null /etc/oauth2-proxy/mails.txt
groupadd readers
useradd --system target

# What sshd lets it do: a session, ports alone, or neither.
matched() { printf 'Match User %s\n' "$n"; printf '  %s\n' "$@"; } # in a file of its own, which ends the block
account ssh-sftp;        key; matched 'ForceCommand internal-sftp' 'AllowTcpForwarding no' >/etc/ssh/sshd_config.d/50-sftp.conf
account ssh-forced;      key; matched 'ForceCommand /bin/true' >/etc/ssh/sshd_config.d/51-forced.conf
account ssh-bare-match /usr/sbin/nologin; key; matched 'AllowTcpForwarding no' >/etc/ssh/sshd_config.d/52-bare.conf
account ssh-no-forward;  key 'no-port-forwarding'
account ssh-bare-restrict /usr/sbin/nologin; key restrict
account ssh-bare-bound /usr/sbin/nologin; key 'permitopen="127.0.0.1:22"'
account ssh-bare-here /usr/sbin/nologin; key 'permitopen="127.0.0.1:11434"'
account ssh-asks;        key 'restrict,command="/usr/bin/curl -s http://127.0.0.1:11434/v1/models"'

# What was asked.
account bodies-acl;      setfacl -m "u:$n:x" /var/log/nginx; setfacl -m "u:$n:r" /var/log/nginx/bodies.log
account bodies-sudo;     rule "$n ALL=NOPASSWD: /usr/bin/cat /var/log/nginx/bodies.log"
account journal-acl;     setfacl -R -m "u:$n:rX" /var/log/journal
account journal-else;    rule "$n ALL=NOPASSWD: /usr/bin/journalctl -u nginx.service"

# Models.
models=/usr/share/ollama/.ollama/models
account models-group;    shared modelsg $models/blobs
account models-acl;      setfacl -m "u:$n:rwx" $models/manifests
account models-parent;   shared modelsp /usr/share/ollama/.ollama
account models-sudo;     key; rule "$n ALL=(ollama) NOPASSWD: /usr/bin/env"
account models-tee;      rule "$n ALL=NOPASSWD: /usr/bin/tee $models/blobs/sha256-planted"
account models-rm;       rule "$n ALL=NOPASSWD: /usr/bin/rm -f $models/blobs/sha256-planted"
account models-closed;   mkdir -p $models/closed/in; chown -R ollama: $models/closed; shared modelsc $models/closed/in; chmod 700 $models/closed
account models-member;   into ollama
echo x >$models/blobs/sha256-planted
chown ollama: $models/blobs/sha256-planted

# Who may ask.
account names-group;     shared namesg /etc/nginx/.htpasswd
account names-other;     shared peopleg /etc/nginx/people
account mails-group;     shared mailsg /etc/oauth2-proxy/mails.txt
account mails-sudo;      rule "$n ALL=NOPASSWD: /usr/bin/tee -a /etc/oauth2-proxy/mails.txt"
account keys-sudo;       rule "$n ALL=NOPASSWD: /usr/bin/tee -a /home/key-plain/.ssh/authorized_keys"
account group-admin;     gpasswd -A "$n" readers
account group-member;    into readers
account adds-member;     rule "$n ALL=NOPASSWD: /usr/sbin/usermod -aG video target"
visudo -c -q -f /etc/sudoers.d/planted
systemctl daemon-reload
systemctl restart ollama
systemctl reload ssh nginx
for _ in 1 2 3 4 5; do curl -sf -o /dev/null -d '{"model":"llama3.2","prompt":"planted-prompt"}' http://127.0.0.1:8088/api/generate && break; sleep 1; done
sleep 1
journalctl -q -u ollama.service | grep -q planted-prompt
grep -q planted-prompt /var/log/nginx/bodies.log
