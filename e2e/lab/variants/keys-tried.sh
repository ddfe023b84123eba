# What sshd really lets each account of keys.sh do, by whatever key or certificate: lines `ACCOUNT login|forwards|files`, and `by-ca KEY` for each
# certificate that lets that one in. Run as root.   shellcheck shell=sh
set -u
cd /root
sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_*_key.pub >known
export o='-o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=/root/known'
login() { [ "$(timeout 10 ssh -n $o -i "$2" "$1@127.0.0.1" echo in 2>/dev/null)" = in ]; }
# Standard streams joined to a port of the host, by sshd (`ssh -W`). What answers there ends at a word that it does not know.
forwards() { case $(echo x | timeout 10 ssh $o -i "$2" -W 127.0.0.1:22 "$1@127.0.0.1" 2>/dev/null) in SSH-*) ;; *) false ;; esac; }
files() { echo 'ls /' | timeout 10 sftp $o -b - -i "$2" "$1@127.0.0.1" >/dev/null 2>&1; }
# The key of each; whoever has none is tried with a certificate and with the key of most.
try() {
  case $1 in
  kind | bare-kind) keys=ecdsa ;; kinds) keys='ecdsa plain' ;; short) keys=rsa2 ;; long) keys=rsa3 ;; revoked) keys=gone ;;
  *ca-ecdsa) keys=c-ecdsa ;; *ca-rsa2) keys=c-rsa2 ;; *-ca*) keys=c-good ;; *certified) keys='c-good c-web' ;; none | bare-none) keys='c-good plain' ;; *) keys=plain ;;
  esac
  case $1 in bare*) ways='login forwards files' ;; *) ways=login ;; esac
  for what in $ways; do
    for key in $keys; do if $what "$1" "$key"; then echo "$1 $what"; break; fi; done
  done
}
first=$(id -u plain)
running=0
for name in root $(getent passwd | awk -F: -v first="$first" '$3 >= first && $3 < 60000 { print $1 }'); do
  try "$name" &
  running=$((running + 1))
  if [ "$((running % 6))" = 0 ]; then wait; fi
done
wait
for key in c-good c-ended c-elsewhere c-other c-forced c-tied c-ecdsa; do if login by-ca "$key"; then echo "by-ca $key"; fi; done
