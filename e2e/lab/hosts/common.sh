# What every host of the lab has. Sourced by scripts/provision.sh, which sets host and root.   shellcheck shell=bash
run() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
# put MODE PATH, content on stdin
put() { install -D -m "$1" /dev/stdin "$root$2"; }

# person NAME: an account that logs in with the admin's key
person() {
  run useradd --create-home --shell /bin/bash "$1"
  install -d -m 700 "$root/home/$1/.ssh"
  install -m 600 "$HOME_DIR/.ssh/id_ed25519.pub" "$root/home/$1/.ssh/authorized_keys"
  run chown -R "$1:" "/home/$1/.ssh"
}

echo "$host" >"$root/etc/hostname"
run systemd-machine-id-setup
{
  echo '127.0.0.1 localhost'
  echo "127.0.1.1 $host.lab.internal $host"
  for other in $LAB_HOSTS; do [ "$other" = "$host" ] || echo "$(lan_address "$other") $other.lab.internal $other"; done
} >"$root/etc/hosts"
cp -p "$HOSTS/$host/keys"/etc/ssh/* "$root/etc/ssh/"
run groupadd --force --system render

if [ "$host" != jump ]; then
  put 644 /etc/ssh/sshd_config.d/10-server.conf <<'C'
PermitRootLogin no
PasswordAuthentication no
C
  person "$AUDIT_USER"
  person "$CHANGE_USER"
  echo "$CHANGE_USER ALL=(ALL) NOPASSWD: ALL" | put 440 /etc/sudoers.d/gatehouse-change
  install -D -m 755 "$LAB_SOURCE/stand-ins/nvidia-smi" "$root/usr/bin/nvidia-smi"
  install -D -m 644 -t "$root/usr/local/lib/stand-ins" "$LAB_SOURCE"/stand-ins/*.py
  rm -f "$root/etc/nginx/sites-enabled/default"
fi

make_model() { run python3 /usr/local/lib/stand-ins/make_models.py "$@"; }

# program PATH STAND-IN: PATH becomes a program that runs the stand-in under its own name (see stand-ins/pose.py)
program() {
  local copy="/usr/local/lib/stand-ins/bin/${1##*/}"
  install -D -m 755 "$root/usr/bin/python3" "$root$copy"
  put 755 "$1" <<P
#!/usr/bin/python3 -I
import sys
sys.path.insert(0, "/usr/local/lib/stand-ins")
import pose
pose.launch("$copy", "$2")
P
}
