/**
 * What an undo needs is made before anything is changed, so that a disk that is full since holds nothing up: its marks, and beside each file that is
 * replaced or taken away the old one, which is then only renamed (rename(2) needs no room for what it moves). The name is one that programs leave out which
 * read every file of a folder: logrotate(8), sudoers(5), run-parts(8), systemd. Until it is needed it is for its owner alone.
 */
export const spareRuntime = `
gh_mark() { mv -f "$gh_base/.ready.$1" "$gh_base/$1" 2>/dev/null || true >"$gh_base/$1"; }
gh_make_spare() {
  case "$6 $7" in absent*|kept:*kept:*) return 0 ;; esac
  gh_temp=\${2%/*}/.gatehouse-old.$1~
  cp -a -- "$gh_base/old.$1" "$gh_temp" && { [ -h "$gh_temp" ] || chmod 600 "$gh_temp"; } && gh_sync "$gh_temp" && sync "\${2%/*}"
}
# Only what is still the old file to the byte.
gh_take_spare() {
  gh_temp=\${2%/*}/.gatehouse-old.$1~ gh_own=\${6#*:}
  [ -e "$gh_temp" ] || [ -h "$gh_temp" ] || return 1
  case $6 in link:*) [ -h "$gh_temp" ] ;; *) [ ! -h "$gh_temp" ] && chown "\${gh_own%:*}" "$gh_temp" && chmod "\${gh_own##*:}" "$gh_temp" ;; esac || return 1
  [ "$(gh_state "$gh_temp" "$6 $7")" = "$6" ] && { [ -h "$gh_temp" ] || [ "$(gh_extra "$gh_temp")" = "$(gh_extra "$gh_base/old.$1")" ]; }
}
gh_no_spare() {
  gh_dir=\${2%/*}
  # None of what goes was read by a program, and the time of the folder says what came or went since one did: it stays.
  touch -r "$gh_dir" "$gh_base/.ready.time" 2>/dev/null && gh_timed=1 || gh_timed=
  rm -f -- "$gh_dir/.gatehouse-new.$1" "$gh_dir/.gatehouse-old.$1~"
  [ -z "$gh_timed" ] || touch -c -r "$gh_base/.ready.time" "$gh_dir"
  # A folder that an earlier push had made, where this one takes that back.
  [ ! -e "$gh_base/empty.$1" ] || [ ! -e "$gh_base/committed" ] || rmdir -- "$gh_dir" 2>/dev/null || :
}
`
