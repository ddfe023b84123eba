import type { FileLine } from '../privileged/read-block.ts'
import type { Polkit, PolkitRule } from './access.ts'
import { DEFAULTS } from './polkit-actions.ts'
import { type Answer, answersOf, type Bound, mayGrant } from './polkit-script.ts'
import { callsIn, withoutComments } from './polkit-text.ts'

const IDENTITY = /["'](unix-(?:group|user):[^"']{1,80})["']/g
const REFUSES = /polkit\.Result\.(?:NO|AUTH_\w+)\b/
const UNREAD: Answer = { says: 'yes', bound: { who: [], exact: false } }
const REFUSAL: Answer = { ...UNREAD, says: 'no' }

/** Versions before 0.106 bring this folder. */
export const OLD_FOLDER = '/etc/polkit-1/localauthority.conf.d'

/**
 * Rules of polkit(8): JavaScript in `rules.d`, read without running it, and `.pkla` files. A rule that holds more than plain conditions is kept and
 * said to be not understood. Before 0.106 polkit read `.pkla` and no `.rules`; since then it reads `.rules`, and `.pkla` only where a rule hands them
 * to a program of the package polkit-pkla-compat (NEWS of polkit, pkla-check-authorization(8)). `isOld`: the host has OLD_FOLDER, which may be left from
 * before an upgrade, so that what comes of it alone is said with a condition. `defaults`: what no rule needs to grant.
 */
export function parsePolkit(lines: readonly FileLine[], isOld = false, defaults: readonly PolkitRule[] = []): Polkit {
  const rules: PolkitRule[] = [...defaults]
  const administrators: Administrator[] = []
  const denials: PolkitRule[] = []
  for (const file of new Set(lines.map((line) => line.file))) {
    const own = lines.filter((line) => line.file === file)
    if (file.endsWith('.rules')) {
      const { calls, plain, unfollowed } = scriptOf(own)
      if (unfollowed !== undefined) rules.push(ruleOf(file, unfollowed, UNREAD.bound))
      for (const { name, given, line } of calls) {
        if (name === 'addAdminRule') administrators.push(...identitiesIn([...(isFunction(given) ? given : plain).matchAll(IDENTITY)], line))
        else {
          const answers = answersOf(given) ?? [...(mayGrant(given) ? [UNREAD] : []), ...(REFUSES.test(given) ? [REFUSAL] : [])]
          for (const { says, bound } of answers) if (says !== 'other') (says === 'yes' ? rules : denials).push(ruleOf(file, line, bound))
        }
      }
    } else if (file.endsWith('.pkla')) rules.push(...pklaRules(file, own))
  }
  // The first rule that answers decides: whom one before it refuses is not asked about.
  const isDenied = (rule: PolkitRule) => denials.some((denial) => comesBefore(denial, rule) && overlap(denial.actions, rule.actions))
  const reads = readingOf(lines, isOld)
  // Of these files the last one that says so counts (pklocalauthority(8)).
  const identities = lines
    .filter(({ file, text }) => file.startsWith(`${OLD_FOLDER}/`) && /^\s*AdminIdentities\s*=/.test(text))
    .toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.number - b.number))
    .at(-1)
  if (identities && reads.pkla !== 'no')
    administrators.push(...identitiesIn([...identities.text.matchAll(/(unix-(?:group|user):[^;\s]{1,80})/g)], identities.line))
  const read = rules.flatMap((rule): PolkitRule[] => {
    const it = rule.file === DEFAULTS ? 'yes' : reads[isLocalAuthority(rule) ? 'pkla' : 'rules']
    return it === 'no' ? [] : [{ ...rule, ...(it === 'maybe' && { maybeUnread: true }), ...(isDenied(rule) && { understood: false }) }]
  })
  return { rules: read, administrators }
}

type Administrator = Polkit['administrators'][number]

/** `unix-group:wheel`, `unix-user:ada`. Root by its number needs no such rule. */
const identitiesIn = (found: readonly RegExpMatchArray[], line: number): readonly Administrator[] =>
  found.flatMap(([, identity = '']) => {
    const name = identity.slice(identity.indexOf(':') + 1)
    if (identity.startsWith('unix-group:')) return [{ group: name, line }]
    return /^\d+$/.test(name) ? [] : [{ group: '', user: name, line }]
  })

const isLocalAuthority = ({ file }: Pick<PolkitRule, 'file'>): boolean => file.endsWith('.pkla')

/** Each version since 0.106 brings `50-default.rules`, most of them in /usr/share; where nothing tells the version, all that is there counts. */
function readingOf(lines: readonly FileLine[], isOld: boolean): Readonly<Record<'pkla' | 'rules', 'yes' | 'no' | 'maybe'>> {
  const has = (file: string) => lines.some((line) => line.file === file)
  if (lines.some(({ file, text }) => file.endsWith('.rules') && text.includes('pkla-check-authorization')))
    return { pkla: 'yes', rules: 'yes' }
  if (has('/usr/share/polkit-1/rules.d/50-default.rules') || (has('/etc/polkit-1/rules.d/50-default.rules') && !isOld))
    return { pkla: 'no', rules: 'yes' }
  return { pkla: 'yes', rules: isOld ? 'maybe' : 'yes' }
}

/** By the name of the file, whatever its folder; /etc before /usr/share (polkit(8)). */
function comesBefore(a: PolkitRule, b: PolkitRule): boolean {
  // They are looked at when this rule has its turn.
  const name = (rule: PolkitRule) =>
    isLocalAuthority(rule) ? '49-polkit-pkla-compat.rules' : rule.file.slice(rule.file.lastIndexOf('/') + 1)
  if (a.file === b.file) return a.line < b.line
  return name(a) === name(b) ? a.file < b.file : name(a) < name(b)
}

const overlap = (some: readonly string[], others: readonly string[]): boolean => {
  const begins = (one: string, other: string) => one.endsWith('*') && other.startsWith(one.slice(0, -1))
  return some.length === 0 || others.length === 0 || some.some((a) => others.some((b) => a === b || begins(a, b) || begins(b, a)))
}

/** The calls of a file with the lines where they begin, its text without comments, and the first line that may register rules in a way that was not followed. */
function scriptOf(lines: readonly FileLine[]) {
  const plain = withoutComments(lines.map(({ text }) => text).join('\n'))
  const { calls, unfollowed } = callsIn(plain)
  const lineAt = linesIn(lines)
  return {
    plain,
    calls: calls.map(({ at, ...call }) => ({ ...call, line: lineAt(at) })),
    unfollowed: unfollowed === undefined ? undefined : linesIn(lines)(unfollowed),
  }
}

/** The line of a place; places come in their order. */
function linesIn(lines: readonly FileLine[]): (at: number) => number {
  let [row, end] = [0, lines[0]?.text.length ?? 0]
  return (at) => {
    while (end < at && row < lines.length - 1) end += 1 + (lines[++row]?.text.length ?? 0)
    return lines[row]?.line ?? 0
  }
}

const isFunction = (given: string): boolean => /^(?:function\b|\()/.test(given)

function ruleOf(file: string, line: number, { actions = [], who, units = [], verbs = [], exact }: Bound): PolkitRule {
  const [first, ...more] = who.toSorted((a, b) => b.users.length - a.users.length)
  // What can be said besides is a group that one has to be in as well.
  const alone = more.filter(({ users, groups }) => users.length === 0 && groups.length === 1)
  return {
    ...{ file, actions, groups: first?.groups ?? [], groupsToo: alone.flatMap(({ groups }) => groups), users: first?.users ?? [] },
    ...{ verbs, units, understood: exact && alone.length === more.length, line },
  }
}

/** `[Name]`, `Identity=unix-user:ada;unix-group:ops`, `Action=a;b`, `ResultAny=yes` (pklocalauthority(8)). */
function pklaRules(file: string, lines: readonly FileLine[]): readonly PolkitRule[] {
  const entries: { line: number; keys: Map<string, string> }[] = []
  for (const { text, line } of lines) {
    if (/^\s*\[/.test(text)) entries.push({ line, keys: new Map() })
    const [, key, value = ''] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(text) ?? []
    if (key) entries.at(-1)?.keys.set(key, value)
  }
  return entries.flatMap(({ line, keys }): PolkitRule[] => {
    if (!['ResultAny', 'ResultInactive', 'ResultActive'].some((key) => keys.get(key) === 'yes')) return []
    const named = (keys.get('Identity') ?? '').split(';').map((word) => word.trim())
    const of = (kind: string) => named.flatMap((word) => (word.startsWith(`${kind}:`) ? word.slice(kind.length + 1) : []))
    const actions = (keys.get('Action') ?? '')
      .split(';')
      .map((word) => word.trim())
      .filter(Boolean)
    const [groups, users] = [of('unix-group'), of('unix-user')]
    // Of netgroups the host was not asked: it may be anybody.
    const netgroup = of('unix-netgroup').length > 0
    if (groups.length + users.length === 0 && !netgroup && !named.includes('default')) return []
    const everybody = users.includes('*') || groups.includes('*') || named.includes('default') || netgroup
    // Otherwise only whoever sits at the console.
    const understood = keys.get('ResultAny') === 'yes' && (!netgroup || users.includes('*') || groups.includes('*'))
    const who = everybody ? { groups: [], users: [] } : { groups, users }
    return [{ file, actions, ...who, groupsToo: [], verbs: [], units: [], understood, line }]
  })
}
