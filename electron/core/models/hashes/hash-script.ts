import type { HashAlgorithm } from '#shared/model/model-expected.ts'
import type { ModelFile } from '#shared/model/model-inventory.ts'
import { shellQuote } from '../../probe/shell-quote.ts'
import { nameBytes } from '../inventory/file-name.ts'

/** Programs that print a SHA-256 first on their line, with stdin as what they hash. The last two are never the fastest: they stand in where nothing else is. */
export const hashers = {
  openssl: 'openssl dgst -sha256 -r',
  sha256sum: 'sha256sum',
  shasum: 'shasum -a 256',
  busybox: 'busybox sha256sum',
} as const
export type Hasher = keyof typeof hashers

export interface HashTask {
  readonly file: ModelFile
  readonly algorithm: HashAlgorithm
}

/** From here on progress is told, and the fastest hasher is used: a smaller file is hashed before openssl has started. */
const WATCHED_BYTES = 33_554_432

/**
 * The part of `hashScript` that knows no file and no nonce, for `/bin/sh` on stdin before it: functions, and what they have to know of the host. It
 * says nothing and hashes nothing, so that a shell can wait with it (`HashShell`).
 */
export const hashFunctions = `hm_prepare() {
LC_ALL=C TZ=UTC PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL TZ PATH
hm_tool= hm_name= hm_best= hm_low= hm_small=
renice -n 19 -p $$ >/dev/null && hm_low='nice 19'
ionice -c 3 -p $$ && hm_low="$hm_low idle I/O"
hm_right sha256sum && hm_small=sha256sum
if find / -maxdepth 0 -printf ''; then hm_stat() { find -L /proc/self/fd/3 -maxdepth 0 -printf '%D/%i/%s/%T@/%C@'; }
else hm_stat() { stat -L -c '%d/%i/%s/%y/%z' /proc/self/fd/3 | tr ' ' _; }; fi
}
hm_right() { [ "$(printf abc | "$@" | cut -c 1-64)" = ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad ]; }
hm_clock() { read -r hm_now hm_rest </proc/uptime; hm_now=\${hm_now%.*}\${hm_now#*.}; }
hm_try() {
  hm_n=$1
  shift
  hm_right "$@" || return
  hm_took=0
  if [ "$hm_measure" ]; then
    hm_clock; hm_from=$hm_now
    head -c 33554432 /dev/zero | "$@" >/dev/null
    hm_clock; hm_took=$((hm_now - hm_from))
    printf '%s m %s %s\\n' "$hm_k" "$hm_n" "$hm_took"
  fi
  if [ -z "$hm_best" ] || [ "$hm_took" -lt "$hm_best" ]; then hm_best=$hm_took hm_name=$hm_n hm_tool=$*; fi
}
hm_word() { printf "$1"; }
hm_say() { printf '%s x %s %s\\n' "$hm_k" "$hm_i" "$1"; }
hm_denied() {
  hm_d=$hm_p
  while [ -n "\${hm_d%/*}" ]; do hm_d=\${hm_d%/*}; [ -d "$hm_d" ] && [ ! -x "$hm_d" ] && break; done
  [ -x "$hm_d/" ] && hm_d=
  hm_say "denied \${#hm_d}"
}
hm_file() {
  hm_i=$1 hm_a=$2 hm_size=$3 hm_w=$4
  if [ "$5" = . ]; then hm_p=\${6%.}; else hm_p=$5; fi
  if [ -h "$hm_p" ]; then hm_say changed-type
  elif [ ! -e "$hm_p" ]; then if [ -x "\${hm_p%/*}/" ]; then hm_say gone; else hm_denied; fi
  elif [ ! -f "$hm_p" ]; then hm_say changed-type
  elif [ ! -r "$hm_p" ]; then hm_denied
  else hm_hash 3<"$hm_p" || hm_say failed; fi
}
hm_watch() {
  trap '' PIPE
  while sleep 1 >&- 3<&- 4>&-; do
    hm_pos=
    while read -r hm_key hm_value; do [ "$hm_key" = pos: ] && hm_pos=$hm_value; done </proc/$$/fdinfo/3
    printf '%s p %s %s\\n' "$hm_k" "$hm_i" "$hm_pos" || { kill "$hm_pid"; return; }
  done
}
hm_read() {
  if [ "$hm_a" = git ]; then
    { printf 'blob %s\\000' "$hm_size"; cat <&3; } | sha1sum &
  elif [ "$hm_w" = 0 ] && [ "$hm_small" ]; then $hm_small <&3 &
  else $hm_tool <&3 & fi
  hm_pid=$! hm_dog=
  [ "$hm_w" = 1 ] && { hm_watch >&4 & hm_dog=$!; }
  wait "$hm_pid"
  hm_rc=$?
  [ "$hm_dog" ] && kill "$hm_dog"
  return "$hm_rc"
}
hm_hash() {
  printf '%s b %s %s\\n' "$hm_k" "$hm_i" "$(hm_stat)"
  hm_out=$(hm_read) || return 1
  printf '%s d %s %s %s\\n' "$hm_k" "$hm_i" "\${hm_out%% *}" "$(hm_stat)"
}
hm_prepare </dev/null >/dev/null 2>&1
`

/**
 * A POSIX sh script that hashes the files in their order, for the stdin of a `/bin/sh` that has read `hashFunctions`. Lines begin with the nonce:
 *
 * - `m HASHER HUNDREDTHS` a hasher that answers correctly, and the time it took for 32 MiB
 * - `s HASHER EPOCH NICE` which one is used, the host's clock, how it is held back
 * - `b INDEX STAT` a file is open; `p INDEX BYTES` how far it is read; `d INDEX DIGEST STAT` it is hashed, and what it is then
 * - `x INDEX denied LENGTH|gone|changed-type|failed` (LENGTH: of the directory that keeps the account out, 0 when it is the file); `z` the end
 *
 * STAT is fstat(2) of the open file (`device/inode/size/mtime/ctime`), so that what is hashed is what was listed, whatever a name leads to by
 * then. How far a file is read is the offset that the shell and the hasher share, from /proc. Nobody reads what is written: then the hasher is ended.
 */
export function hashScript(tasks: readonly HashTask[], nonce: string, hasher: Hasher | undefined): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const calls = tasks.map(({ file, algorithm }, index) => {
    const name = shellBytes(nameBytes(file))
    return `hm_file ${index} ${algorithm === 'sha256' ? 'sha256' : 'git'} ${file.size} ${file.size >= WATCHED_BYTES ? 1 : 0} ${name}\n`
  })
  const attempt = (name: Hasher) => `hm_try ${name} ${hashers[name]}\n`
  const measure = `${attempt('openssl')}${attempt('sha256sum')}[ "$hm_tool" ] || ${attempt('shasum')}[ "$hm_tool" ] || ${attempt('busybox')}`
  const use = hasher === undefined ? measure : `${attempt(hasher)}[ "$hm_tool" ] || {\n${measure}}\n`
  return `hm_main() {
hm_k=${nonce} hm_began=$(date +%s)
hm_measure=${hasher === undefined ? 1 : ''}
${use}printf '%s s %s %s %s\\n' "$hm_k" "\${hm_name:-none}" "$hm_began" "\${hm_low:-none}"
[ "$hm_tool" ] && {
${calls.join('')}:
}
printf '%s z\\n' "$hm_k"
}
hm_main 4>&1 </dev/null 2>/dev/null
`
}

/** A name for the shell from any bytes but NUL: quoted, or a dot and what printf(1) makes of it, with a dot at its end, since `$(…)` drops line breaks there. */
function shellBytes(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  if (Buffer.from(text).equals(bytes) && !/\p{Cc}/u.test(text)) return shellQuote(text)
  const octal = Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  return `. "$(hm_word '${octal}.')"`
}
