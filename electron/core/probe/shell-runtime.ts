/**
 * The fixed shell text of every probe, POSIX sh only (checked on dash, bash and busybox). All names begin with `gh_`.
 * Nothing is written to disk: no temporary files and no here-documents, which some shells keep in temporary files.
 *
 * File descriptors inside a section: 3 how it ended · 4 encoded stdout · 5 raw stderr · 6 the frames of all sections.
 */

/**
 * Finds a program and runs it, as root where asked. Also given to script sections, for `gh_sudo`.
 *
 * `gh_p MODE COUNT CANDIDATE… ARGUMENT…`: MODE `n` as the account, `s` only as root, `p` as root or else as the account.
 * Sets gh_rc (exit code), gh_mark (`r` ran as root, `a` ran as the account, `d` sudo refused, `m` program missing) and gh_x (which candidate).
 * sudo writes its own complaints to the same stderr as the command, with exit code 1, so the two are told apart by their words:
 * those of sudo(8) 1.8 to 1.9 and of sudo-rs. `unable to resolve host` and the like are warnings, after which the command has run.
 */
export const privilegeRuntime = `gh_nl='
'
gh_refused() {
  gh_t=$1$gh_nl
  while [ -n "$gh_t" ]; do
    gh_h=\${gh_t%%"$gh_nl"*} gh_t=\${gh_t#*"$gh_nl"}
    case $gh_h in
      'sudo: unable to resolve host'*|'sudo: unable to send audit message'*) ;;
      'sudo: '*|'sudo-rs: '*|'Sorry, user '*|"I'm sorry "*) return 0 ;;
      *' is not in the sudoers file'*|*' is not allowed to run sudo '*|*' may not run sudo '*) return 0 ;;
    esac
  done
  return 1
}
gh_p() {
  gh_mode=$1 gh_c=$2 gh_j=0 gh_a= gh_x=- gh_rc= gh_mark=m
  shift 2
  gh_name=\${1##*/}
  while [ "$gh_j" -lt "$gh_c" ]; do
    case $1 in /*) [ -z "$gh_a" ] && [ -f "$1" ] && gh_a=$1 gh_x=$gh_j ;; esac
    gh_j=$((gh_j + 1))
    shift
  done
  if [ -z "$gh_a" ]; then
    gh_a=$(command -v "$gh_name") || return 127
    case $gh_a in /*) ;; *) return 127 ;; esac
  fi
  [ "$gh_uid" = 0 ] && [ "$gh_mode" != n ] && { gh_mode=n; gh_as=r; } || gh_as=a
  if [ "$gh_mode" != n ]; then
    gh_rc=1 gh_e='sudo is not installed on this host'
    if [ -n "$gh_sudo" ]; then
      { gh_e=$({ { $gh_w "$gh_sudo" -n -- "$gh_a" "$@" 2>&1 >&7 7>&- 8>&-; printf '%s\\n' "$?" >&8; } | tail -c 2000; } 8>&1); } 7>&1
      gh_rc=\${gh_e%%"$gh_nl"*}
      case $gh_e in *"$gh_nl"*) gh_e=\${gh_e#*"$gh_nl"} ;; *) gh_e= ;; esac
    fi
    if [ "$gh_rc" = 1 ] && { [ -z "$gh_sudo" ] || gh_refused "$gh_e"; }; then
      gh_rc= gh_mark=d
      if [ "$gh_mode" = s ]; then
        printf '%s\\n' "$gh_e" >&2
        return 126
      fi
    else
      gh_mark=r
      [ -z "$gh_e" ] || printf '%s\\n' "$gh_e" >&2
      return "$gh_rc"
    fi
  fi
  $gh_w "$gh_a" "$@"
  gh_rc=$? gh_mark=$gh_as
  return "$gh_rc"
}
`

/**
 * Frames one stream. Input: lines of base64 (57 bytes each) or od (16 bytes each) and, on stdout, one last line `=…` with how it ended.
 * Lines are joined below PIPE_BUF, and each frame is one flush, so frames of sections that run side by side never mix.
 * P prefix, K kind, W bytes per line, L lines at most: there the reader stops, which stops the writer with SIGPIPE.
 * The last frame counts the characters of the others, so that a frame that got lost on the way is noticed.
 */
export const frameProgram = `function put() { if (b != "") { printf "%s %s %s\\n", P, K, b; fflush(); m += length(b); b = "" } }
/^=/ { s = substr($0, 2); next }
c >= L { t = 1; exit }
{ if (W == 16) gsub(/ /, ""); b = b $0; c++; if (length(b) > 2900) put() }
END { put(); if (K == "o") { printf "%s s %s %d %s\\n", P, t ? "t" : "w", m, s; fflush() } }`

/**
 * `gh_s INDEX MAX_BYTES SECONDS COMMAND…` runs one section and frames what it says. COMMAND is one of the functions below.
 * Of stderr the last 4000 bytes are kept (tail reads it to its end, since a complaint too many must not stop a command). They come after
 * the words on descriptor 3, because tail writes when the last writer of stderr is gone. /proc/uptime is a clock that costs no process.
 */
export const sectionRuntime = `gh_clock() { gh_now= gh_t=; read -r gh_now gh_t </proc/uptime; }
gh_s() {
  gh_i=$1 gh_l=$((($2 + gh_bytes - 1) / gh_bytes)) gh_n=$3
  shift 3
  printf '%s %s b\\n' "$gh_k" "$gh_i"
  {
    gh_clock
    gh_t0=$gh_now
    gh_r=$({ { { gh_w="$gh_timeout $gh_n"; "$@" 2>&5 4>&- 5>&- 6>&-; } | $gh_encode >&4 3>&- 5>&- 6>&- 2>/dev/null; } 5>&1 | tail -c 4000 4>&- 6>&-; } 3>&1)
    case $gh_r in *"$gh_nl"*)
      printf '%s\\n' "\${gh_r#*"$gh_nl"}" | $gh_encode | awk -v P="$gh_k $gh_i" -v K=e -v W="$gh_bytes" -v L=999 "$gh_awk" >&6
      gh_r=\${gh_r%%"$gh_nl"*} ;;
    esac
    gh_clock
    printf '=%s %s %s\\n' "$gh_r" "\${gh_t0:--}" "\${gh_now:--}"
  } 4>&1 | awk -v P="$gh_k $gh_i" -v K=o -v W="$gh_bytes" -v L="$gh_l" "$gh_awk"
}
gh_command() {
  gh_p "$@" 3>&-
  printf '%s %s %s\\n' "\${gh_rc:--}" "$gh_mark" "$gh_x" >&3
}
gh_script() {
  $gh_w "$gh_sh" -c "$@"
  printf '%s a -\\n' "$?" >&3
}
# gh_watch SECONDS COMMAND…: timeout(1) in sh.
gh_watch() {
  gh_n=$1
  shift
  $gh_setsid "$@" &
  gh_pid=$!
  (
    trap 'kill "$gh_z"; exit' TERM
    sleep "$gh_n" & gh_z=$!
    wait "$gh_z"
    kill -TERM "-$gh_pid" || kill -TERM "$gh_pid"
    sleep 1 & gh_z=$!
    wait "$gh_z"
    kill -KILL "-$gh_pid" || kill -KILL "$gh_pid"
  ) >/dev/null 2>&1 </dev/null 3>&- 7>&- 8>&- &
  gh_dog=$!
  { wait "$gh_pid"; } 2>/dev/null
  gh_rc=$?
  { kill "$gh_dog"; wait "$gh_dog"; } 2>/dev/null
  return "$gh_rc"
}
`

/**
 * Looks for the tools that differ between hosts. `timeout` of coreutils ends the whole process group; that of busybox ends one process and
 * leaves its children, so there `gh_watch` does it, with setsid where there is one. 127 for the whole probe when output cannot be framed at all. */
export const setupRuntime = `LC_ALL=C TZ=UTC TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL TZ TERM PATH
unset LANGUAGE COLUMNS POSIXLY_CORRECT GREP_OPTIONS SYSTEMD_PAGER SYSTEMD_COLORS DOCKER_HOST
umask 077
gh_sh=/bin/sh
gh_uid=$(id -u)
gh_sudo=$(command -v sudo)
gh_setsid=$(command -v setsid)
if command -v base64; then gh_encode=base64 gh_bytes=57
elif command -v od; then gh_encode='od -An -v -tx1' gh_bytes=16
else gh_encode=
fi >/dev/null
if timeout --version >/dev/null; then gh_timeout='timeout -k 1'; else gh_timeout=gh_watch; fi
command -v awk >/dev/null || gh_encode=
printf '\\n%s h %s %s %s\\n' "$gh_k" "\${gh_encode%% *}" "$gh_uid" "$gh_timeout"
[ -n "$gh_encode" ] || exit 127
`
