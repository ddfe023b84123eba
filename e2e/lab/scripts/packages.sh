#!/bin/bash
# Installs what this machine needs to run the lab. Debian or a derivative, root; does nothing when all is there.
. "$(dirname "$0")/lib.sh"
need_root
# Two labs may start at once: one installs, the other waits and finds it done.
mkdir -p "$LAB_ROOT"
exec 8>"$LAB_ROOT/packages.lock"
flock 8

missing=()
for package in debootstrap debian-archive-keyring systemd-container iproute2 openssh-client oathtool zstd netcat-openbsd openssl python3-minimal libfaketime acl polkitd; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
# What tests give to hosts that have no way out: OpenRC, Docker and Podman with what the base lacks for them, a directory, doas, an exporter, HAProxy and Apache, hooks and jobs, firewalld.
[ -s "$(echo "$CACHE"/openrc/openrc_*.deb)" ] && openrc=1 || openrc=0
[ -s "$(echo "$CACHE"/podman/podman_*.deb)" ] && [ -s "$(echo "$CACHE"/podman/netavark_*.deb)" ] && podman=1 || podman=0
[ -s "$(echo "$CACHE"/docker/docker.io_*.deb)" ] && docker=1 || docker=0
[ -s "$(echo "$CACHE"/accounts/opendoas_*.deb)" ] && accounts=1 || accounts=0
[ -s "$(echo "$CACHE"/exporter/prometheus-node-exporter_*.deb)" ] && exporter=1 || exporter=0
[ -s "$(echo "$CACHE"/sssd/sssd-ldap_*.deb)" ] && sssd=1 || sssd=0
[ -s "$(echo "$CACHE"/fronts/haproxy_*.deb)" ] && [ -s "$(echo "$CACHE"/fronts/apache2-bin_*.deb)" ] && fronts=1 || fronts=0
[ -s "$(echo "$CACHE"/hooks/logrotate_*.deb)" ] && [ -s "$(echo "$CACHE"/hooks/libpam-cap_*.deb)" ] && hooks=1 || hooks=0
[ -s "$(echo "$CACHE"/firewalld/firewalld_*.deb)" ] && firewalld=1 || firewalld=0
[ ${#missing[@]} = 0 ] && [ $openrc$podman$docker$accounts$exporter$sssd$fronts$hooks$firewalld = 111111111 ] && exit 0
say "installing ${missing[*]} openrc podman docker slapd nslcd opendoas exporter sssd haproxy apache2 logrotate at pam_cap firewalld"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
[ ${#missing[@]} = 0 ] || apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
mkdir -p "$CACHE/openrc" "$CACHE/podman" "$CACHE/docker" "$CACHE/accounts" "$CACHE/exporter" "$CACHE/sssd" "$CACHE/fronts" "$CACHE/hooks" "$CACHE/firewalld"
cd "$CACHE/openrc"
apt-get download -qq openrc librc1 libeinfo1 2>/dev/null
cd "$CACHE/podman"
apt-get download -qq aardvark-dns catatonit conmon golang-github-containers-common libassuan0 libglib2.0-0 libgpgme11 libslirp0 libsubid4 libyajl2 netavark podman runc slirp4netns uidmap 2>/dev/null
cd "$CACHE/docker"
apt-get download -qq containerd runc docker.io 2>/dev/null
cd "$CACHE/accounts"
apt-get download -qq slapd libltdl7 nslcd libnss-ldapd opendoas 2>/dev/null
cd "$CACHE/exporter"
apt-get download -qq prometheus-node-exporter 2>/dev/null
cd "$CACHE/hooks"
apt-get download -qq at ifupdown libpam-cap libpopt0 logrotate 2>/dev/null
cd "$CACHE/sssd"
apt-get download -qq slapd libltdl7 libodbc2 sssd-common sssd-ldap sssd-krb5-common libnss-sss libpam-sss libsss-sudo libsss-certmap0 libsss-idmap0 \
  libsss-nss-idmap0 libbasicobjects0 libc-ares2 libcollection4 libcrack2 libdhash1 libini-config5 libldb2 liblmdb0 libnl-3-200 libnl-route-3-200 \
  libpath-utils1 libpwquality1 libpwquality-common libref-array1 libtalloc2 libtdb1 libtevent0 libnfsidmap1 2>/dev/null
cd "$CACHE/fronts"
apt-get download -qq haproxy libopentracing1 libopentracing-c-wrapper0 liblua5.3-0 apache2 apache2-bin libapr1 libaprutil1 libaprutil1-dbd-sqlite3 libaprutil1-ldap 2>/dev/null
cd "$CACHE/firewalld"
apt-get download -qq firewalld python3-firewall python3-nftables python3-dbus python3-gi python3-cap-ng gir1.2-glib-2.0 libgirepository-1.0-1 libglib2.0-0 libdbus-1-3 2>/dev/null
