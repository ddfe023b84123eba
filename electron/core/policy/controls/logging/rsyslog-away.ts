import type { Shown } from '../../../facts/os/os.ts'

/** `@host`, `@@(o)[host]:port`: an action stands alone, behind a selector, `&` or `then`. Not part of a name (`root@host`, `"@timestamp"`). */
const LEGACY = /(?:^|\s)@@?(?:\([^)]*\))?(?:\[([^\]\s]+)\]|([A-Za-z0-9][^\s:;]*))/
/** Modules that send; to load one sends nothing. */
const ACTION = /\btype\s*=\s*"om(?:fwd|relp|http|kafka|elasticsearch)"|:om(?:relp|elasticsearch):([^\s:;]+)/i
const TARGET = /\btarget\s*=\s*"([^"]*)"/i

/**
 * The first rule by which rsyslog sends log-ins to another host. An action may go on over lines: of those the one that names its target is among the rows, too,
 * and other outputs name theirs otherwise and are taken to leave.
 */
export function sendsAway(rows: readonly Shown<string>[]): Shown<string> | undefined {
  return rows.find(({ value }, at) => {
    const [, bracketed, plain] = LEGACY.exec(value) ?? []
    if (bracketed !== undefined || plain !== undefined) return !isHere(bracketed ?? plain ?? '') && takesLogins(value)
    const [found, behind] = ACTION.exec(value) ?? []
    if (found === undefined) return false
    const more = rows.slice(at + 1).findIndex((row) => ACTION.test(row.value) || LEGACY.test(row.value))
    const own = [value, ...rows.slice(at + 1, more < 0 ? undefined : at + 1 + more).map((row) => row.value)]
    return !isHere(behind ?? own.flatMap((text) => TARGET.exec(text)?.[1] ?? [])[0] ?? '')
  })
}

const isHere = (target: string): boolean => /^(?:127\.|localhost$|::1$)/i.test(target)

/** rsyslog.conf(5), selectors: the last part that names a facility decides. sshd writes as auth or authpriv, and that somebody came in at level info. */
function takesLogins(rule: string): boolean {
  const selector = /^\s*([\w*]+(?:,[\w*]+)*\.[^\s@]+)\s+-?@/.exec(rule)?.[1]
  if (selector === undefined) return true
  let taken = false
  for (const part of selector.split(';')) {
    const [, facilities = '', priority = ''] = /^(.*)\.([^.]*)$/.exec(part) ?? []
    if (facilities.split(',').some((one) => /^(?:\*|auth|authpriv)$/i.test(one))) taken = /^(?:\*|debug|info)$/i.test(priority)
  }
  return taken
}
