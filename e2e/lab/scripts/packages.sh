#!/bin/bash
# Installs what this machine needs to run the lab. Debian or a derivative, root; does nothing when all is there.
. "$(dirname "$0")/lib.sh"
need_root
missing=()
for package in debootstrap debian-archive-keyring systemd-container iproute2 openssh-client oathtool zstd netcat-openbsd openssl python3-minimal libfaketime; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0
say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
