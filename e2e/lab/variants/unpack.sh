# unpack.sh: `unpack`, for variants that bring packages.   shellcheck shell=sh
set -eu
# Packages that come on stdin, as a tar: their /lib and /bin are folders, the host's are links.
unpack() {
  work=$(mktemp -d)
  tar -C "$work" -xf -
  for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$work/all"; done
  for folder in "$work"/all/*; do cp -a "$folder/." "$(readlink -f "/${folder##*/}")/"; done
  rm -rf "$work"
  ldconfig
}
