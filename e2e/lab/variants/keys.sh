# Keys and certificates on gpu2 that sshd takes or refuses, each of an account of its own. Run as root; `authority` as first word: sshd trusts the authority
# for all, and files are its own; `principals`: for those that a list names.   shellcheck shell=sh
set -eu
cd /root
# Whoever fails is made to wait since OpenSSH 9.8, and all of them come from one address here.
penalties=$(sshd -T | sed -n 's/^persourcepenalties .*/PerSourcePenalties no/Ip')
conf() { printf '%s\n' "$@" "$penalties" >/etc/ssh/sshd_config.d/10-keys.conf; sed -i '/^Subsystem/d' /etc/ssh/sshd_config; sshd -t; systemctl reload ssh; }
kinds='PubkeyAcceptedAlgorithms ssh-ed25519,rsa-sha2-512,ssh-ed25519-cert-v01@openssh.com'
if [ "${1:-}" = principals ]; then
  mkdir -p /etc/ssh/auth_principals
  echo web >/etc/ssh/auth_principals/certified
  conf "$kinds" 'TrustedUserCAKeys /root/ca.pub' 'AuthorizedPrincipalsFile /etc/ssh/auth_principals/%u'
  exit
fi
if [ "${1:-}" = authority ]; then
  conf "$kinds" 'RequiredRSASize 3072' 'RevokedKeys /etc/ssh/revoked' 'PermitRootLogin forced-commands-only' 'TrustedUserCAKeys /root/ca.pub' 'Subsystem sftp internal-sftp'
  exit
fi
make() { f=$1; shift; ssh-keygen -q -N '' -C "$f" -f "$f" "$@"; }
make plain -t ed25519
make gone -t ed25519
make ecdsa -t ecdsa
make rsa2 -t rsa -b 2048
make rsa3 -t rsa -b 3072
make ca -t ed25519
make ca-ecdsa -t ecdsa
make ca-rsa2 -t rsa -b 2048
# certificate NAME AUTHORITY WORDS…
certificate() { f=$1; by=$2; shift 2; make "$f" -t ed25519; ssh-keygen -q -s "$by" -I "$f" "$@" "$f.pub"; }
everybody=ops,certified,bare-certified,by-ca,by-ca-ended,bare-ca,bare-ca-restrict,by-ca-ecdsa,by-ca-rsa2
certificate c-good ca -n $everybody -V +1d
certificate c-ecdsa ca-ecdsa -n $everybody -V +1d
certificate c-rsa2 ca-rsa2 -n $everybody -V +1d
certificate c-ended ca -n $everybody -V 20200101:20200102
certificate c-elsewhere ca -n $everybody -V +1d -O source-address=10.99.99.99
certificate c-other ca -n stranger -V +1d
certificate c-forced ca -n $everybody -V +1d -O force-command='echo forced'
certificate c-tied ca -n $everybody -V +1d -O no-port-forwarding
cp gone.pub /etc/ssh/revoked

certificate c-web ca -n web -V +1d
account() { n=$1; useradd --create-home --shell "${2:-/bin/bash}" "$n"; install -d -m 700 -o "$n" -g "$n" "/home/$n/.ssh"; }
# key FILE [OPTIONS]
key() { echo "${2:+$2 }$(cat "$1.pub")" >>"/home/$n/.ssh/authorized_keys"; chown "$n:" "/home/$n/.ssh/authorized_keys"; }
account plain;            key plain
account none
account kind;             key ecdsa
account kinds;            key ecdsa; key plain
account short;            key rsa2
account long;             key rsa3
account revoked;          key gone
account by-ca;            key ca cert-authority
account by-ca-name;       key ca 'cert-authority,principals="web,ops"'
account by-ca-ended;      key ca 'cert-authority,expiry-time="20200101"'
account by-ca-ecdsa;      key ca-ecdsa cert-authority
account by-ca-rsa2;       key ca-rsa2 cert-authority
account certified
account bare /usr/sbin/nologin;           key plain
account bare-false /bin/false;            key plain 'command="/bin/true"'
account bare-null /dev/null;              key plain
account bare-restrict /usr/sbin/nologin;  key plain restrict
account bare-again /usr/sbin/nologin;     key plain 'restrict,port-forwarding'
account bare-order /usr/sbin/nologin;     key plain 'restrict,command="/bin/true"'
account bare-kind /usr/sbin/nologin;      key ecdsa
account bare-ca /usr/sbin/nologin;        key ca cert-authority
account bare-ca-restrict /bin/false;      key ca 'cert-authority,restrict'
account bare-certified /usr/sbin/nologin
account bare-none /usr/sbin/nologin
mkdir -p -m 700 .ssh
cp plain.pub .ssh/authorized_keys
conf "$kinds" 'RequiredRSASize 3072' 'RevokedKeys /etc/ssh/revoked' 'PermitRootLogin forced-commands-only' 'Subsystem sftp /usr/lib/openssh/sftp-server'
