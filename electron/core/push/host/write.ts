import { spareRuntime } from './spare.ts'

/** Puts each file in its place: beside it first, on the disk, then renamed. The undo cannot run in the middle: both hold the lock. */
export const writeRuntime = `${spareRuntime}
gh_same() { gh_now=$(gh_state "$2" "$6 $7"); [ "$gh_now" = "$6" ] || gh_fail "conflict $2 $gh_now"; }
# SELinux: the label of the file that is replaced, else the one that the policy has for the path; never that of the folder where it was made.
gh_label() {
  if command -v selinuxenabled >/dev/null; then selinuxenabled || return 0; else [ -e /sys/fs/selinux/enforce ] || return 0; fi
  if [ -f "$2" ] && [ ! -h "$2" ]; then chcon --reference="$2" -- "$1"
  elif command -v matchpathcon >/dev/null; then chcon -h -- "$(matchpathcon -n -- "$2")" "$1"
  else restorecon -- "$1"; fi || gh_fail "unwritable $2 cannot be given its SELinux label"
}
gh_write() {
  gh_dir=\${2%/*} gh_temp=\${2%/*}/.gatehouse-new.$1
  if [ "$6" = "$7" ]; then return 0
  elif [ "$7" = absent ]; then
    rm -f -- "$2" && sync "$gh_dir" || gh_fail "unwritable $2 cannot be taken away"
    return 0
  fi
  case "$6 $7" in
    kept:*kept:*) chown "$3:$4" "$2" && chmod "$5" "$2" && sync "$2" || gh_fail "unwritable owner and mode of $2 cannot be set" ;;
    *)
      [ -d "$gh_dir" ] || mkdir -m 755 "$gh_dir" || gh_fail "unwritable $gh_dir cannot be made"
      cp -a -- "$gh_base/new.$1" "$gh_temp" && gh_label "$gh_temp" "$2" && gh_sync "$gh_temp" || gh_fail "unwritable $gh_temp cannot be made"
      # Once more, as late as can be: what somebody wrote since is not to be lost.
      gh_same "$@"
      mv -fT -- "$gh_temp" "$2" && sync "$gh_dir" || gh_fail "unwritable $2 cannot be replaced"
      ;;
  esac
  [ "$(gh_state "$2" "$6 $7")" = "$7" ] || gh_fail "unwritable $2 is not what was written"
}
gh_step() {
  gh_mine && gh_lock 20 || gh_fail lost
  [ ! -e "$gh_base/undoing" ] && [ ! -e "$gh_base/undone" ] && gh_armed || gh_fail undone
  gh_files gh_same
  gh_files gh_make_spare || gh_fail "unwritable there is no room for the old files beside them, which the undo would need"
  : >"$gh_base/writing" && sync "$gh_base/writing" "$gh_base" || gh_fail unwritable
  gh_files gh_write
  gh_say end
}
`
