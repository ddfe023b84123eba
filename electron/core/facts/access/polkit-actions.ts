import type { BlockRow } from '../blocks.ts'
import type { PolkitRule } from './access.ts'
import type { Raised } from './trust.ts'

/** Stands for the file of rules where no rule answers, and what the program says of its action itself counts: behind all others by its name. */
export const DEFAULTS = '~'

/**
 * Piece of the `access` script; leaves `$actions`: `=ID<tab>PROGRAM` for actions that polkit grants to everybody, from wherever he comes, where no rule says otherwise
 * (`allow_any`, polkit(8)); the program is one that pkexec(1) starts as root for it. Everybody may read these files.
 */
export const polkitActionsScript = `set -- $(grep -rlE '(allow_any>|^)[[:space:]]*yes' /usr/share/polkit-1/actions /usr/local/share/polkit-1/actions /etc/polkit-1/actions /run/polkit-1/actions 2>/dev/null)
actions= pkexec=
command -v pkexec >/dev/null 2>&1 && pkexec=1
[ $# -eq 0 ] || actions=$(awk -v "pkexec=$pkexec" 'BEGIN { RS = "<" }
/^!--/ { comment = 1 }
comment { if (/-->/) comment = 0; next }
/^action[ \\t\\n]/ { id = $0; sub(/^[^"\\047]*["\\047]/, "", id); sub(/["\\047].*/, "", id); path = yes = "" }
/^allow_any/ { sub(/^[^>]*>/, ""); gsub(/[ \\t\\r\\n]/, ""); yes = $0 }
/^annotate.*policykit[.]exec[.]path/ { sub(/^[^>]*>/, ""); gsub(/[ \\t\\r\\n]/, ""); path = $0 }
/^\\/action[ \\t\\n]*>/ && yes == "yes" && id !~ /[ \\t\\n]/ && (path == "" || pkexec != "") && n++ < 300 { print "=" id "\\t" path }' "$@")
echo @actions
[ -z "$actions" ] || printf '%s\\n' "$actions"
`

const rowsOf = (rows: readonly BlockRow[]) =>
  rows.flatMap(({ text, line }) => {
    const [, action = '', path = ''] = /^([^\t]{1,256})\t(\/[^\t]{1,1000})?$/.exec(text) ?? []
    return action === '' ? [] : [{ action, path, line }]
  })

/** What polkit grants to everybody, as the rule that it amounts to. */
export const parseDefaults = (rows: readonly BlockRow[]): readonly PolkitRule[] =>
  rowsOf(rows).flatMap(({ action, path, line }) =>
    path === ''
      ? [{ file: DEFAULTS, actions: [action], groups: [], groupsToo: [], users: [], verbs: [], units: [], understood: true, line }]
      : [],
  )

/** Programs that pkexec starts as root for everybody. */
export const parsePkexec = (rows: readonly BlockRow[]): readonly Raised[] =>
  rowsOf(rows).flatMap(({ path, line }) => (path === '' ? [] : [{ path, by: BY_PKEXEC, line }]))

export const BY_PKEXEC = 'run as root for everybody by pkexec'
