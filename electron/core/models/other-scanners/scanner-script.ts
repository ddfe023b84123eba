import { shellQuote } from '../../probe/shell-quote.ts'
import type { OtherScanner } from './parse-scanners.ts'

/** One run of one scanner on one file, all paths absolute. */
export interface ScannerCall {
  readonly scanner: OtherScanner
  readonly program: string
  readonly path: string
}

const SECONDS_PER_FILE = 60
/** Of what a scanner says of one file; the rest is read and dropped. */
export const MAX_OUTPUT_BYTES = 16_384
const MAX_MEMORY_KIB = 8_388_608

/**
 * One POSIX sh script for `/bin/sh` on stdin that looks for the scanners, or runs them. Lines begin with the nonce, which no scanner is told:
 *
 * - `s NAME PATH` a scanner that root alone can change; `u NAME PATH` one that others can change too, which is not run: whoever writes it would act as
 *   the audit account
 * - `b INDEX STAT` a run begins (STAT as in `hashScript`), its output follows; `e INDEX STATUS STAT` it has ended; `z` the end
 *
 * A scanner gets `-p FILE`, an empty environment, `/` as its directory (modelscan reads settings from there), a minute, the lowest priority, and may
 * write no file (`ulimit -f 0`). Looked for: in the usual directories and in virtual environments below /opt.
 */
export function scannerScript(calls: readonly ScannerCall[], nonce: string): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const runs = calls.map(({ scanner, program, path }, index) => `gs_run ${index} ${scanner} ${shellQuote(program)} ${shellQuote(path)}\n`)
  return `gs_main() {
${RUNTIME}
gs_k=${nonce}
${calls.length === 0 ? 'gs_look picklescan\ngs_look modelscan\n' : runs.join('')}printf '\\n%s z\\n' "$gs_k"
}
${END_OF_SCANNERS}`
}

export const END_OF_SCANNERS = 'gs_main </dev/null 2>/dev/null\n'

/** A path is root's alone when nobody else may write it or a directory above it. */
const RUNTIME = `LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
cd /
renice -n 19 -p $$ >/dev/null
ionice -c 3 -p $$
gs_roots() {
  gs_d=$1
  while [ -n "$gs_d" ]; do
    [ "$(find -H "$gs_d" -prune -user 0 ! -perm -020 ! -perm -002 -print)" ] || return 1
    gs_d=\${gs_d%/*}
  done
}
gs_safe() {
  gs_real=$(readlink -f "$2") && gs_roots "$2" && gs_roots "$gs_real" || return 1
  read -r gs_line <"$gs_real"
  case $gs_line in '#!/'*) ;; *) return 1 ;; esac
  gs_line=\${gs_line#??}; gs_line=\${gs_line%% *}
  gs_roots "$gs_line" && gs_roots "$(readlink -f "$gs_line")" || return 1
  for gs_p in "\${gs_real%/bin/*}"/lib/python*/*-packages "\${gs_real%/bin/*}"/lib/python*/*-packages/"$1"; do
    [ ! -e "$gs_p" ] || gs_roots "$gs_p" || return 1
  done
}
gs_look() {
  for gs_f in /usr/local/bin/$1 /usr/bin/$1 /opt/*/bin/$1 /opt/*/*/bin/$1; do
    [ -f "$gs_f" ] && [ -x "$gs_f" ] || continue
    if gs_safe "$1" "$gs_f"; then gs_kind=s; else gs_kind=u; fi
    printf '%s %s %s %s\\n' "$gs_k" "$gs_kind" "$1" "$gs_f"
    [ "$gs_kind" = u ] || return 0
  done
}
gs_stat() { find "$1" -maxdepth 0 -type f -printf '%D/%i/%s/%T@/%C@'; }
gs_run() {
  gs_safe "$2" "$3" || return
  printf '\\n%s b %s %s\\n' "$gs_k" "$1" "$(gs_stat "$4")"
  {
    gs_rc=$({ {
      (ulimit -f 0; ulimit -v ${MAX_MEMORY_KIB}
      exec env -i PATH="$PATH" LC_ALL=C.UTF-8 HOME=/nonexistent COLUMNS=4000 PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1 \\
        timeout -k 5 ${SECONDS_PER_FILE} "$3" -p "$4" 2>&1 3>&- 4>&-)
      echo "$?" >&3
    } | { head -c ${MAX_OUTPUT_BYTES}; cat >/dev/null; } >&4; } 3>&1)
  } 4>&1
  printf '\\n%s e %s %s %s\\n' "$gs_k" "$1" "$gs_rc" "$(gs_stat "$4")"
}`
