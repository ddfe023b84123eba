#!/bin/bash
# Builds the base tree that all hosts share, or unpacks it from its tarball. The tarball is named by what it is made of.
. "$(dirname "$0")/lib.sh"
need_root
mkdir -p "$CACHE"
# Two labs may start at once: one builds, the other waits and finds it done.
exec 8>"$BASE.lock"
flock 8

hash=$({ echo "$LAB_SUITE $LAB_PACKAGES"; cat "$LAB_SOURCE/scripts/base.sh"; } | sha256sum | cut -c1-12)
[ -d "$BASE/usr" ] && [ "$(cat "$BASE.hash" 2>/dev/null)" = "$hash" ] && exit 0
! grep -q "lowerdir=[^ ]*$BASE" /proc/[0-9]*/mounts 2>/dev/null || die 'a lab runs on the old base: end it first (lab.sh down)'

tarball=$CACHE/base-$LAB_SUITE-$hash.tar.zst
new=$BASE.new
! grep -q " $new" /proc/self/mounts || die "$new has mounts"
rm -rf "$new"
mkdir -p "$new"
archive=(tar --directory "$new" --numeric-owner --xattrs '--xattrs-include=*')

# The mirrors that this machine's own apt uses.
mirror_of() { apt-get indextargets --format '$(REPO_URI) $(RELEASE)' | awk -v suite="$1" -v path="$2" '$2 == suite && $1 ~ path {print $1; exit}'; }

# Keys of Ubuntu's archive, which Debian does not carry: this very package.
ubuntu_keys() {
  local package=$CACHE/ubuntu-keyring.deb tree=$CACHE/ubuntu-keyring
  curl -sSf -o "$package" "$1/pool/main/u/ubuntu-keyring/ubuntu-keyring_2023.11.28.1_all.deb" || die "no keys from $1"
  echo "36de43b15853ccae0028e9a767613770c704833f82586f28eb262f0311adb8a8 $package" | sha256sum -c --quiet || die 'the package ubuntu-keyring is not the one that is known here'
  dpkg-deb -x "$package" "$tree"
  echo "$tree/usr/share/keyrings/ubuntu-archive-keyring.gpg"
}

build() {
  local mirror security keys='' components=main script='' debs=$CACHE/debs-$LAB_SUITE log=$BASE.log
  case $LAB_SUITE in
  focal | jammy | noble | questing | resolute) # Ubuntu 20.04, 22.04, 24.04, 25.10, 26.04; all of them are debootstrapped alike
    mirror=http://archive.ubuntu.com/ubuntu security=$mirror components=main,universe script=/usr/share/debootstrap/scripts/gutsy
    keys=$(ubuntu_keys "$mirror")
    ;;
  *)
    mirror=$(mirror_of "$LAB_SUITE" '/debian/?$')
    security=$(mirror_of "$LAB_SUITE-security" '/debian-security/?$')
    : "${mirror:=http://deb.debian.org/debian}" "${security:=http://deb.debian.org/debian-security}"
    ;;
  esac
  mkdir -p "$debs"
  say "building the base from $mirror (about a minute, once)"
  debootstrap --variant=minbase --cache-dir="$debs" --components="$components" ${keys:+--keyring="$keys"} "$LAB_SUITE" "$new" "$mirror" \
    ${script:+"$script"} >"$log" 2>&1 || { tail -n 5 "$log" >&2; die 'debootstrap failed'; }
  # Of sid there is nothing but itself, and a mirror may lag behind what it promises.
  if [ "$LAB_SUITE" = sid ]; then printf "deb [check-valid-until=no] %s\n" "$mirror sid $components" >"$new/etc/apt/sources.list"
  else printf "deb %s ${components/,/ }\n" "$mirror $LAB_SUITE" "$mirror $LAB_SUITE-updates" "$security $LAB_SUITE-security" >"$new/etc/apt/sources.list"; fi
  printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d" # no daemon starts while it is a chroot
  chmod 755 "$new/usr/sbin/policy-rc.d"
  echo force-unsafe-io >"$new/etc/dpkg/dpkg.cfg.d/unsafe-io"
  # In a mount namespace of its own, so that /proc can never be left behind.
  unshare --mount --propagation private bash -euc '
    mount -t proc proc "$1/proc"
    mount --bind "$2" "$1/var/cache/apt/archives"
    chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
      sh -euc "apt-get update -qq; apt-get upgrade -y -qq; apt-get install -y -qq --no-install-recommends $3"
  ' base "$new" "$debs" "$LAB_PACKAGES" >>"$log" 2>&1 || { tail -n 5 "$log" >&2; die 'apt failed in the new base'; }
  # A template has no identity.
  rm -f "$new"/usr/sbin/policy-rc.d "$new"/etc/dpkg/dpkg.cfg.d/unsafe-io "$new"/etc/ssh/ssh_host_* "$new"/var/lib/dbus/machine-id "$new"/etc/hostname
  rm -rf "$new"/var/lib/apt/lists/*
  : >"$new/etc/machine-id"
  rm -f "$new/etc/resolv.conf"
  echo nameserver 127.0.0.1 >"$new/etc/resolv.conf" # there is no DNS in the lab: fail at once
  chroot "$new" systemctl -q mask console-getty.service systemd-networkd-wait-online.service
  echo LANG=C.UTF-8 >"$new/etc/default/locale" # else each login logs a complaint of pam_env
  mkdir -p "$new/var/log/journal"
  rm -f "$CACHE/base-$LAB_SUITE"-*.tar.zst
  "${archive[@]}" -I 'zstd -T0 -3' -cf "$tarball.new" .
  mv "$tarball.new" "$tarball"
}

if [ -s "$tarball" ]; then "${archive[@]}" -I 'zstd -T0' -xf "$tarball"; else build; fi
rm -rf "$BASE"
mv "$new" "$BASE"
echo "$hash" >"$BASE.hash"
say "base ready, $(du -sm "$BASE" | cut -f1) MiB"
