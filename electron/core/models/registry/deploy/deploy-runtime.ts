/**
 * The fixed POSIX sh of a deployment. Data comes in as quoted words only (`deploy-program.ts`); every answer is a line that begins with the nonce.
 * Everything is put together in one folder beside the target, which root alone may enter, and enters the model directory by a rename: what a
 * server can see is always whole. The folder is entered once and then named by `.` and `..`, so that whoever owns the model directory cannot put
 * a link in its place.
 */
export const commonRuntime = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 077
gh_say() { printf '%s %s\\n' "$gh_k" "$*"; }
gh_fail() { gh_say "failed $*"; exit 1; }
# Both print the hash first; openssl uses what the processor has for it everywhere, sha256sum only where it was built so.
gh_hash() { if [ "$gh_openssl" ]; then openssl dgst -sha256 -r; else sha256sum; fi; }
gh_sum() { gh_out=$(gh_hash <"$1") && printf %s "\${gh_out%% *}"; }
gh_size() { stat -c %s -- "$1" 2>/dev/null || echo 0; }
gh_there() { [ -e "$1" ] || [ -h "$1" ]; }
gh_sync() { sync -- "$1" 2>/dev/null || sync; }
# Into the staging folder, made when it is not there.
gh_enter() {
  [ "$(id -u)" = 0 ] || gh_fail "not-root"
  for gh_tool in sha256sum stat mv chown chmod df sync find; do command -v "$gh_tool" >/dev/null || gh_fail "no-tool $gh_tool"; done
  gh_openssl=
  case $(printf abc | openssl dgst -sha256 -r 2>/dev/null) in ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad*) gh_openssl=1 ;; esac
  cd -P -- "$gh_root" 2>/dev/null || gh_fail "no-folder $gh_root"
  [ "$(pwd -P)" = "$gh_root" ] || gh_fail "unsafe $gh_root is reached through a link"
  gh_node=$(stat -c %d:%i .)
  gh_there "$gh_stage" || mkdir -m 700 -- "$gh_stage" || gh_fail "unwritable $gh_root"
  [ ! -h "$gh_stage" ] && cd -P -- "./$gh_stage" || gh_fail "unsafe $gh_stage is a link"
  [ "$(stat -c %u:%a .)" = 0:700 ] || gh_fail "unsafe $gh_stage is not root's alone"
  [ "$(stat -c %d:%i ..)" = "$gh_node" ] || gh_fail "unsafe $gh_root changed meanwhile"
  mkdir -p part done || gh_fail "unwritable $gh_root"
}
`

/** Says what is there already, and whether there is room for the rest. */
export const beginRuntime = `
gh_known() {
  if [ "$gh_layout" = ollama ] && [ ! -e "done/$2" ] && [ "$2" != "$gh_manifest" ] && [ -f "../blobs/sha256-$2" ] && [ ! -h "../blobs/sha256-$2" ] && [ "$(gh_size "../blobs/sha256-$2")" = "$3" ] && [ "$(gh_sum "../blobs/sha256-$2")" = "$2" ]; then
    gh_say "have $1 present"
  elif [ -f "done/$2" ] && [ "$(gh_size "done/$2")" = "$3" ]; then gh_say "have $1 done"
  else
    gh_at=$(gh_size "part/$2")
    [ "$gh_at" -le "$3" ] || { rm -f -- "part/$2"; gh_at=0; }
    gh_need=$((gh_need + ($3 - gh_at) / 1024 + 4))
    gh_say "have $1 $gh_at"
  fi
}
gh_begin() {
  gh_enter
  # A deployment that died between its two renames: the version before comes back first.
  [ ! -e previous ] || gh_there "../$gh_name" || mv -T -- previous "../$gh_name" || gh_fail "unwritable $gh_root"
  if [ "$gh_layout" = ollama ]; then [ -d ../blobs ] && [ ! -h ../blobs ] && [ -d ../manifests ] && [ ! -h ../manifests ] || gh_fail "no-store $gh_root"; fi
  gh_own=\${gh_owner:-$(stat -c %u:%g ..)}
  case $gh_own in 0:*) [ -n "$gh_owner" ] || gh_fail "no-owner $gh_root belongs to root" ;; esac
  : >owner && chown -- "$gh_own" owner 2>/dev/null || gh_fail "no-owner $gh_own is not known"
  gh_need=0
  gh_files gh_known
  gh_free=$(df -Pk . | tail -n 1 | awk '{ print $4 }')
  [ "$gh_need" -lt "\${gh_free:-0}" ] || gh_fail "no-space $gh_need KiB are needed in $gh_root, \${gh_free:-0} KiB are free"
}
`

/**
 * Takes one file from stdin, after all of the program was read, behind what came before. It is hashed as it comes, where tee(1) can end at the first
 * byte that it cannot write: what came before first, then `ready`.
 */
export const receiveRuntime = `
gh_full() { [ "$(df -Pk . | tail -n 1 | awk '{ print $4 }')" -gt 64 ] || gh_fail "no-space $gh_root is full"; gh_fail "unwritable $gh_root"; }
gh_take() {
  [ "$gh_from" = 0 ] || cat -- "part/$gh_sha"
  gh_say ready >&4
  tee -a --output-error=exit -- "part/$gh_sha" || gh_full >&4
}
gh_receive() {
  gh_enter
  exec 4>&1
  [ ! -h "part/$gh_sha" ] || gh_fail "unsafe part is a link"
  [ "$(gh_size "part/$gh_sha")" = "$gh_from" ] || gh_fail "moved"
  if tee --output-error=exit </dev/null >/dev/null 2>&1; then gh_out=$(gh_take | gh_hash)
  else
    gh_say ready
    cat >>"part/$gh_sha" || gh_full
    gh_out=$(gh_hash <"part/$gh_sha")
  fi
  [ "$(gh_size "part/$gh_sha")" = "$gh_bytes" ] || gh_fail "short"
  [ "\${gh_out%% *}" = "$gh_sha" ] || { rm -f -- "part/$gh_sha"; gh_fail "differs"; }
  gh_sync "part/$gh_sha"
  mv -T -- "part/$gh_sha" "done/$gh_sha" || gh_fail "unwritable $gh_root"
}
`

/** Owner, mode, and the rename. Not to be interrupted by a console that is gone. */
export const placeRuntime = `
gh_check_done() { [ ! -h "done/$2" ] && [ -f "done/$2" ] && [ "$(gh_size "done/$2")" = "$3" ] || gh_present "$@" || gh_fail "incomplete $2"; }
gh_present() { [ "$gh_layout" = ollama ] && [ "$2" != "$gh_manifest" ] && [ -f "../blobs/sha256-$2" ]; }
gh_lay() {
  case $4 in */*) mkdir -p -- "new/\${4%/*}" || return 1 ;; esac
  ln -- "done/$2" "new/$4" 2>/dev/null || cp -- "done/$2" "new/$4"
}
gh_blob() {
  [ "$2" != "$gh_manifest" ] && [ -f "done/$2" ] || return 0
  [ ! -h ../blobs ] && mv -T -- "done/$2" "../blobs/sha256-$2"
}
# Folders of a manifest, one after the other, none of them a link.
gh_folders() {
  gh_at=.. gh_left=$1
  while [ -n "$gh_left" ]; do
    gh_at=$gh_at/\${gh_left%%/*}
    case $gh_left in */*) gh_left=\${gh_left#*/} ;; *) gh_left= ;; esac
    [ ! -h "$gh_at" ] || gh_fail "unsafe $gh_at is a link"
    [ -d "$gh_at" ] || { mkdir -m 755 -- "$gh_at" && chown -h -- "$gh_own" "$gh_at"; } || return 1
  done
}
gh_match() { [ "$(stat -c %s:%a -- "../$gh_name$(gh_below "$4")")" = "$3:440" ]; }
gh_below() { [ "$gh_layout" = file ] || printf '/%s' "$1"; }
gh_back() { mv -T -- "../$gh_name" refused; [ ! -e previous ] || mv -T -- previous "../$gh_name"; }
gh_place() {
  trap '' HUP INT TERM PIPE
  gh_enter
  gh_own=\${gh_owner:-$(stat -c %u:%g ..)}
  gh_files gh_check_done || exit 1
  find done -type f -exec chown -- "$gh_own" {} + && find done -type f -exec chmod 0440 {} + || gh_fail "no-owner $gh_own"
  if [ "$gh_layout" = ollama ]; then
    gh_files gh_blob || gh_fail "unwritable $gh_root/blobs"
    gh_folders "\${gh_name%/*}" || gh_fail "unwritable $gh_root/manifests"
    rm -f -- previous new
    [ ! -f "../$gh_name" ] || cp -p -- "../$gh_name" previous || gh_fail "unwritable $gh_root"
    cp -p -- "done/$gh_manifest" new && chmod 0644 new && gh_sync new && mv -T -- new "../$gh_name" || gh_fail "unwritable $gh_root"
    gh_sync "../\${gh_name%/*}"
    [ "$(gh_sum "../$gh_name")" = "$gh_manifest" ] || gh_fail "differs $gh_name"
  else
    rm -rf -- new refused
    if [ "$gh_layout" = file ]; then gh_lay_file() { ln -- "done/$2" new; }; gh_files gh_lay_file || gh_fail "unwritable $gh_root"
    else
      mkdir new && gh_files gh_lay || gh_fail "unwritable $gh_root"
      find new -type d -exec chown -- "$gh_own" {} + && find new -type d -exec chmod 0750 {} + || gh_fail "no-owner $gh_own"
      find new -type f -exec chown -- "$gh_own" {} + && find new -type f -exec chmod 0440 {} +
    fi
    find new -type d -exec sync {} + 2>/dev/null || sync
    if gh_there "../$gh_name"; then rm -rf -- previous; mv -T -- "../$gh_name" previous || gh_fail "unwritable $gh_root"; fi
    mv -T -- new "../$gh_name" || { [ ! -e previous ] || mv -T -- previous "../$gh_name"; gh_fail "unwritable $gh_root"; }
    gh_files gh_match || { gh_back; gh_fail "differs $gh_name"; }
    gh_sync ..
  fi
  cd .. && rm -rf -- "./$gh_stage"
  if command -v restorecon >/dev/null; then restorecon -R -- "./$gh_name" 2>/dev/null; fi
}
`

/** Takes away what a deployment that is not to be finished left, and puts back what it moved. */
export const clearRuntime = `
gh_clear() {
  gh_enter
  [ ! -e previous ] || gh_there "../$gh_name" || mv -T -- previous "../$gh_name" || gh_fail "unwritable $gh_root"
  cd .. && rm -rf -- "./$gh_stage"
}
`
