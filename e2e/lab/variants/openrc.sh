# Makes a host that runs one of OpenRC (its packages on stdin: tar, base64), with the tools of busybox where it has them, as Alpine does. Holds from its next start.
cd /root && base64 -d | tar -x && dpkg -i --force-depends ./*.deb >/dev/null 2>&1
rm -f /etc/init.d/* /etc/runlevels/*/* ./*.deb
touch /etc/insserv.conf
# NAME, pid file, what else; the script of OpenRC on stdin
service() { { echo '#!/sbin/openrc-run'; cat; } >"/etc/init.d/$1"; chmod 755 "/etc/init.d/$1"; ln -s "/etc/init.d/$1" "/etc/runlevels/default/$1"; }
service sshd <<'S'
command=/usr/sbin/sshd
pidfile=/run/sshd.pid
start_pre() { mkdir -p /run/sshd; }
S
service nginx <<'S'
command=/usr/sbin/nginx
pidfile=/run/nginx.pid
S
service ollama <<'S'
command=/usr/local/bin/ollama
command_args=serve
command_background=yes
command_user=ollama
pidfile=/run/ollama.pid
S
# systemd-nspawn starts systemd where it finds it.
mv /lib/systemd/systemd /lib/systemd/not-started
ln -sf openrc-init /sbin/init
mkdir -p /usr/local/sbin
for tool in stat cp mv sync timeout setsid sha256sum base64 unshare readlink head tail cut chown chmod od tr mount find sleep ls grep rm ln mkdir rmdir cat date id wc; do
  ln -s /bin/busybox "/usr/local/sbin/$tool"
done
ln -sf busybox /bin/sh
