# Settings of the lab; each may be overridden from the environment. Sourced by lib.sh.
# shellcheck shell=bash

: "${LAB_ROOT:=/var/tmp/gatehouse-lab}" # everything the lab writes
: "${LAB_INSTANCE:=main}"               # another name is another lab: own hosts, own network, same base
: "${LAB_SUITE:=bookworm}"
: "${LAB_DELAY_MS:=0}" # one way, workstation to jump host; 20 makes a round trip of 40 ms

LAB_SERVERS="gpu1 gpu2 gpu3"
LAB_HOSTS="jump $LAB_SERVERS"

# Addresses exist only inside the lab's own network namespaces.
WAN=10.77.1 # workstation .1, jump host .10
LAN=10.77.2 # jump host .10, gpu1 .11, gpu2 .12, gpu3 .13; .100 to .199 are further names of gpu1 (--hundred)

# Accounts. The jump host knows the admin only; the servers know the two identities of Gatehouse and a person.
ADMIN_USER=admin
AUDIT_USER=gatehouse-audit
CHANGE_USER=gatehouse-change

# What a server of the lab has on top of debootstrap's minbase.
LAB_PACKAGES="systemd systemd-sysv dbus libpam-systemd dbus-user-session openssh-server sudo nginx-light nftables ufw iptables \
iproute2 procps libpam-google-authenticator curl ca-certificates openssl less python3 cron logrotate netcat-openbsd kmod busybox"
# Until OpenSSH 10 its server brings the client, by which tests try on a host who gets in.
case $LAB_SUITE in sid) LAB_PACKAGES+=" openssh-client" ;; esac
# A server of Ubuntu 26.04 has this sudo, and its coreutils are those of uutils.
LAB_SUDO=sudo
case $LAB_SUITE in questing | resolute) LAB_PACKAGES+=" sudo-rs" LAB_SUDO=sudo-rs ;; esac
