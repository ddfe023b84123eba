/**
 * The fixed shell text of every probe, POSIX sh only (checked on dash, bash and busybox). All names begin with `gh_`.
 * Nothing is written to disk: no temporary files and no here-documents, which some shells keep in temporary files.
 *
 * File descriptors inside a section: 1 and 3 the awk that frames it (3 for which commands sudo ran or refused) · 6 the frames of all sections · 7 stdout of a command
 * whose stderr is caught · 5, 8 how it ended and what it printed, where that passes through a program · 9 the section that reads it · 4 the watchdog.
 */

/**
 * Finds a program and runs it, as root where asked. Also given to script sections, for `gh_sudo`, and to the script that lists models. Whoever takes it sets
 * gh_sudo (its path), and what `selfRuntime` sets.
 *
 * `gh_p MODE COUNT CANDIDATE… ARGUMENT…`: MODE `n` as the account, `s` only as root, `p` as root or else as the account.
 * Sets gh_rc (exit code), gh_e (its stderr), gh_mark (`r` ran as root, `a` ran as the account, `d` sudo refused, `m` program missing) and gh_x (which candidate).
 * sudo writes its own complaints to the same stderr as the command, with exit code 1, so the two are told apart by their words:
 * those of sudo(8) 1.8 to 1.9 and of sudo-rs. `unable to resolve host` and the like are warnings, after which the command has run: so is what
 * it says of a file of rules that others may write, which it leaves out; where it refuses for that, another line says so.
 *
 * `gh_find NAME` sets gh_a to the program of that name on the PATH, as `command -v` would, which costs a process for its answer.
 *
 * `gh_caught COMMAND…` sets gh_rc and gh_e, the last 4000 bytes of its stderr. The shell that waits for the command reads that to the end, since a complaint too many
 * must not stop it, and needs no process for it. It may take 32 MiB more than it has (a locale archive that bash has mapped is over 200 MiB) for that, or ends with
 * what was said so far; the command as much as before. Where gh_n says for how many seconds it may run, the watchdog is told of it.
 */
export const privilegeRuntime = `gh_nl='
'
gh_refused() {
  gh_t=$1$gh_nl
  while [ -n "$gh_t" ]; do
    gh_h=\${gh_t%%"$gh_nl"*} gh_t=\${gh_t#*"$gh_nl"}
    case $gh_h in
      'sudo: unable to resolve host'*|'sudo: unable to send audit message'*|'sudo: /etc/sudoers'*' is '*) ;;
      'sudo: '*|'sudo-rs: '*|'Sorry, user '*|"I'm sorry "*) return 0 ;;
      *' is not in the sudoers file'*|*' is not allowed to run sudo '*|*' may not run sudo '*) return 0 ;;
    esac
  done
  return 1
}
gh_caught() {
  ulimit -S -v "$gh_most"
  { gh_e=$(ulimit -S -v "$gh_memory"; [ -z "$gh_n" ] || gh_due; "$@" 2>&1 >&7 4>&- 7>&- 8>&- 9>&-); gh_rc=$?; } 7>&1
  ulimit -S -v "$gh_memory"
  [ \${#gh_e} -lt 4000 ] || gh_e=$(printf '%s' "$gh_e" | tail -c 4000)
}
gh_told() {
  gh_rc=$?
  [ -z "$gh_e" ] || printf '%s\\n' "$gh_e" >&2
  printf '\\n%s=%s%s\\n' "$gh_k" "$gh_mark" "$1" >&3
  return "$gh_rc"
}
gh_find() {
  gh_t=$PATH:
  while [ -n "$gh_t" ]; do
    gh_a=\${gh_t%%:*}/$1 gh_t=\${gh_t#*:}
    case $gh_a in /*) [ -f "$gh_a" ] && [ -x "$gh_a" ] && return ;; esac
  done
  gh_a=
  return 1
}
gh_p() {
  gh_mode=$1 gh_c=$2 gh_j=0 gh_a= gh_e= gh_x=- gh_rc= gh_mark=m
  shift 2
  gh_name=\${1##*/}
  while [ "$gh_j" -lt "$gh_c" ]; do
    case $1 in /*) [ -z "$gh_a" ] && [ -f "$1" ] && gh_a=$1 gh_x=$gh_j ;; esac
    gh_j=$((gh_j + 1))
    shift
  done
  [ -n "$gh_a" ] || gh_find "$gh_name" || return 127
  [ "$gh_uid" = 0 ] && [ "$gh_mode" != n ] && { gh_mode=n; gh_as=r; } || gh_as=a
  if [ "$gh_mode" != n ]; then
    gh_rc=1 gh_e='sudo is not installed on this host'
    [ -z "$gh_sudo" ] || gh_caught "$gh_sudo" -n -- "$gh_a" "$@"
    if [ "$gh_rc" != 1 ] || { [ -n "$gh_sudo" ] && ! gh_refused "$gh_e"; }; then
      gh_mark=r
      return "$gh_rc"
    fi
    gh_rc= gh_mark=d
    [ "$gh_mode" != s ] || return 126
  fi
  gh_caught "$gh_a" "$@"
  gh_mark=$gh_as
  return "$gh_rc"
}
`

/**
 * Frames S sections, one after the other. Input: lines of the output itself (W 1), of base64 (57 bytes each) or of od (16 bytes each), and lines that begin with the
 * nonce: `b I N L` where section I begins (N the one that begins when it has ended, L lines at most, of text: bytes), which command sudo ran or refused (amid the
 * output: what stands before and behind it belongs together), `e` where stderr begins, and how it ended. The nonce comes in the environment, where other accounts
 * cannot read it, so no output can hold such a line. Of text, `~` becomes `~t` and a line's end `~n`, so that a frame is one
 * line; stderr is text always. Frames stay below PIPE_BUF and each is one flush, so those of sections that run side by side never mix. At its limit the last section ends the
 * reader, which stops the writer with SIGPIPE; of those before no more is kept. The last frame counts the characters of stdout's, so that a frame that got
 * lost on the way is noticed. With it goes what was not yet sent, and that section N begins: each write becomes a packet of its own.
 */
export const frameProgram = `BEGIN { Q = ENVIRON["gh_k"]; M = Q "=" }
function put() { if (b != "") { printf "%s %s %s\\n", P, K, b; if (K == "o") m += length(b); b = "" } }
function add(s) { if (length(b) + length(s) > 3900) { put(); fflush() }; b = b s }
function text(s, p, x) { for (p = 1; p <= length(s); p += 1900) { x = substr(s, p, 1900); gsub(/~/, "~t", x); add(x) } }
function told(s, l, n, i) {
  if (e != "") { put(); fflush(); K = "e"
    n = split(e, l, "\\n"); for (i = 1; i < n; i++) { text(l[i]); add("~n") } }
  if (length(b) + length(d s) > 3700) { put(); fflush() }; put()
  printf "%s s %s %d %s\\n", P, (t || s == "" ? "t" : "w"), m, d s; if (N != "-") printf "%s %s b\\n", Q, N; fflush()
  P = ""; S-- }
index($0, M) == 1 { s = substr($0, length(M) + 1); J = NR + 1
  if (s ~ /^b /) { if (P != "") told(""); split(s, l); P = Q " " l[2]; N = l[3]; L = l[4]; K = "o"; e = d = ""; c = m = t = E = 0 }
  else if (s ~ / /) { told(s); if (!S) exit }
  else if (s == "e") E = 1
  else d = d s " "
  next }
t || P == "" { next }
E { e = e $0 "\\n"; next }
W > 1 { if ($0 == "") next; if (c >= L) { t = 1; if (S == 1) exit; next }; if (W == 16) gsub(/ /, ""); c++; add($0); next }
{ if (NR != J) { if (c >= L) { t = 1; if (S == 1) exit; next }; c++; add("~n") }
  if (c + length($0) > L) { t = 1; $0 = substr($0, 1, L - c) }
  c += length($0)
  text($0)
  if (t && S == 1) exit }
END { if (P != "") told("") }`

/**
 * `gh_t INDEX NEXT MAX_BYTES SECONDS COMMAND…` runs one section and tells a reader what it says, and that the NEXT of its lane begins (`-`: none). COMMAND is one of
 * the functions below, which set gh_e (stderr) and gh_r (how it ended). /proc/uptime is a clock that costs no process.
 *
 * `gh_frames COUNT` is the reader of COUNT sections; a line that would not fit into 256 MiB ends it, and whoever called it then tells that the next of the lane begins.
 * `gh_s` is `gh_t` with a reader for it alone. `gh_there PATH… '' COMMAND…` runs a command where all paths exist, `gh_unless COMMAND…` where the section before ended otherwise than with 0.
 *
 * `gh_script TEXT PARAMETER…` runs a script in a shell that is a copy of this one: it knows the functions above, and nothing it sets is left.
 *
 * `gh_through PROGRAM COMMAND…`: what COMMAND prints goes through PROGRAM. `gh_tee COMMAND…` also writes it to descriptor 9, for the section that reads it.
 */
export const sectionRuntime = `gh_clock() { gh_now= gh_t=; read -r gh_now gh_t </proc/uptime; }
gh_frames() {
  ulimit -v 262144
  exec "$gh_reader" -v "S=$1" -v "W=$gh_bytes" "$gh_awk" 4>&-
}
gh_opens() { printf '%s=b %s %s %s\\n' "$gh_k" "$1" "$2" "$((($3 + gh_bytes - 1) / gh_bytes))"; }
gh_t() {
  gh_opens "$@"
  gh_i=$1 gh_n=$4
  shift 4
  gh_clock
  gh_t0=$gh_now gh_last=\${gh_r%% *} gh_r= gh_e=
  if [ -z "$gh_encode" ]; then "$@"; else gh_through "$gh_encode" "$@"; fi
  [ -z "$gh_e" ] || printf '\\n%s=e\\n%s' "$gh_k" "$gh_e"
  gh_clock
  printf '%s\\n' "$gh_i" >&4
  [ -z "$gh_r" ] || printf '\\n%s=%s %s %s\\n' "$gh_k" "$gh_r" "\${gh_t0:--}" "\${gh_now:--}"
}
gh_s() {
  gh_i=$1 gh_next=$2
  gh_t "$@" 3>&1 6>&- | gh_frames 1 && return
  printf '%s %s s t -\\n' "$gh_k" "$gh_i"
  gh_begin "$gh_next"
}
gh_begin() { [ "$1" = - ] || printf '%s %s b\\n' "$gh_k" "$1"; }
gh_there() {
  while [ -n "$1" ]; do
    [ -e "$1" ] || { gh_r='0 a -'; return; }
    shift
  done
  shift
  "$@"
}
gh_unless() {
  if [ "$gh_last" = 0 ]; then gh_r='0 a -'; else "$@"; fi
}
gh_through() {
  gh_f=$1
  shift
  { gh_e=$({ { "$@" 5>&-; printf '%s\\n%s' "$gh_r" "$gh_e" >&5; } | $gh_f >&8 2>/dev/null 3>&- 5>&- 8>&-; } 5>&1); } 8>&1
  gh_r=\${gh_e%%"$gh_nl"*}
  gh_e=\${gh_e#"$gh_r"}
  gh_e=\${gh_e#"$gh_nl"}
}
gh_tee() { gh_through 'tee /dev/fd/9' "$@"; }
gh_command() {
  gh_p "$@" 3>&-
  gh_r="\${gh_rc:--} $gh_mark $gh_x"
}
gh_script() {
  gh_caught gh_run "$@"
  gh_r="$gh_rc a -"
}
gh_run() {
  gh_text=$1 gh_n=
  shift
  eval "$gh_text"
}
`

/** Sets gh_uid, gh_memory (`ulimit -S -v`) and gh_most (that of a shell that reads complaints). The effective uid and what this shell holds (kB) stand in proc_pid_status(5). */
export const selfRuntime = `gh_uid= gh_size=131072
while read -r gh_h gh_j gh_a gh_t; do
  case $gh_h in Uid:) gh_uid=$gh_a ;; VmSize:) gh_size=$gh_j; break ;; esac
done </proc/self/status
case $gh_uid in '' | *[!0-9]*) gh_uid=$(id -u) ;; esac
gh_memory=$(ulimit -S -v) gh_most=$((gh_size + 32768))
`

/**
 * Looks for the tools that differ between hosts, and begins the watchdog: its pipe is opened by its name in /proc, since no shell opens one for good by itself.
 * gh_reader: awk by its path, since `exec` looks through the whole PATH each time. An awk that keeps NUL (gawk, mawk 1.3.4) frames output as it is; for others (busybox) it is encoded. gh_rs: where sudo is sudo-rs (Ubuntu from 25.10 on), its path. gh_form is empty where output cannot be framed at all: then no lane begins.
 */
export const setupRuntime = `LC_ALL=C TZ=UTC TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL TZ TERM PATH
unset LANGUAGE COLUMNS POSIXLY_CORRECT GREP_OPTIONS SYSTEMD_PAGER SYSTEMD_COLORS DOCKER_HOST
umask 077
gh_top=$$
${selfRuntime}: | gh_dog 4<>/proc/self/fd/0 >/dev/null &
gh_dog=$!
gh_find sudo
gh_sudo=$gh_a
for gh_rs in /usr/lib/cargo/bin/sudo /usr/bin/sudo-rs -; do [ "$gh_sudo" -ef "$gh_rs" ] && break; done 2>/dev/null
gh_find awk
gh_reader=\${gh_a:-awk} gh_encode= gh_form=
if ! command -v awk; then :
elif printf 'a\\000\\351\\n' | awk '{ exit length($0) != 3 }'; then gh_form=text gh_bytes=1
elif command -v base64; then gh_encode=base64 gh_form=base64 gh_bytes=57
elif command -v od; then gh_encode='od -An -v -tx1' gh_form=od gh_bytes=16
fi >/dev/null
gh_clock
gh_j=$((\${gh_now%.*} + 2))
until [ -p "/proc/$gh_dog/fd/0" ]; do gh_clock; [ "\${gh_now%.*}" -le "$gh_j" ] || break; done
command exec 4<>"/proc/$gh_dog/fd/0" || exec 4>/dev/null
gh_lanes=
export gh_k gh_uid gh_sudo gh_rs gh_memory gh_most gh_top
printf '\\n%s h %s %s %s\\n' "$gh_k" "$gh_form" "$gh_uid" "$gh_rs"
`

/**
 * `gh_lane N FIRST` begins lane N, whose first section is FIRST, and does not wait for it; `gh_close` waits for all, and says so. Lanes write to what the shell
 * itself writes to, a pipe or a Unix socket, neither of which takes a write of less than PIPE_BUF in pieces (unix(7), pipe(7)).
 *
 * A jump host leaves Nagle's algorithm on (RFC 896): the last words would wait there until what went before is acknowledged, up to a round trip. A full segment
 * does not wait, so something follows that fills one and that nothing can deflate. The reader has stopped by then.
 */
export const laneRuntime = `gh_lane() {
  [ -n "$gh_form" ] || return
  { gh_begin "$2"; "gh_lane$1"; } 6>&1 2>/dev/null </dev/null &
  gh_lanes="$gh_lanes $!"
}
gh_close() {
  [ -z "$gh_lanes" ] || wait $gh_lanes
  { kill "$gh_dog"; wait; } 2>/dev/null
  exec 4>&-
  [ -z "$gh_form" ] || printf '%s z\\n' "$gh_k"
  head -c 1500 /dev/urandom 2>/dev/null
  printf '\\n%s r\\n' "$gh_k"
}
`
