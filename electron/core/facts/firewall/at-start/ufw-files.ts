import { parseIptables } from '../iptables/parse.ts'
import { type Chain, dictionary, type Table } from '../ruleset.ts'
import type { SavedFile } from './saved-rules.ts'

/** What /etc/default/ufw and ufw.conf say, as they are written. */
export interface UfwSettings {
  readonly ipv6: boolean
  /** `DROP`, `ACCEPT` or `REJECT`. */
  readonly policies: Readonly<Record<'input' | 'output' | 'forward', string>>
}

interface Row {
  readonly text: string
  /** Of the section; 0 where ufw says it by itself. */
  readonly line: number
}

const HOOKS = ['input', 'output', 'forward'] as const
const BUILT_IN = /^:(?:INPUT|OUTPUT|FORWARD|PREROUTING|POSTROUTING) /

/**
 * What ufw makes of its files when it starts (`ufw_start` of ufw-init-functions, 0.36): its own chains, before.rules, after.rules, user.rules, one after the other, as
 * iptables-restore(8) takes them. A reason where they say something that is not followed.
 */
export function ufwTables(files: readonly SavedFile[], settings: UfwSettings): readonly Table[] | string {
  const tables: Table[] = []
  for (const six of ['', '6'] as const) {
    if (six && !settings.ipv6) {
      const closed = HOOKS.map((hook) => `:${hook.toUpperCase()} DROP [0:0]`)
      tables.push(...parsed([...closed, '-A INPUT -i lo -j ACCEPT', '-A OUTPUT -o lo -j ACCEPT'].map(own), 'filter', six).tables)
      continue
    }
    const blocks = new Map<string, Row[]>([['filter', primary(six, settings)]])
    for (const kind of ['before', 'after', 'user'] as const) {
      const path = `/etc/ufw/${kind}${six}.rules`
      const file = files.find((each) => each.path === path)
      const lost = file && addBlocks(file, blocks)
      if (lost) return lost
      // It hooks them in behind what it read, and only where it has read it.
      if (file && kind === 'user')
        blocks.get('filter')?.push(...HOOKS.map((hook) => own(`-A ufw${six}-before-${hook} -j ufw${six}-user-${hook}`)))
    }
    for (const [name, rows] of blocks) {
      const { complete, tables: found } = parsed(rows, name, six)
      if (!complete) return `What the files of /etc/ufw say of the table ${name} is written in a way that is not followed.`
      tables.push(...found)
    }
  }
  return tables
}

const own = (text: string): Row => ({ text, line: 0 })

/** The chains that it makes before it reads a file, and what its policies come to. */
function primary(six: string, { policies }: UfwSettings): Row[] {
  const parts = ['before-logging', 'before', 'after', 'after-logging', 'reject', 'track']
  const more = ['skip-to-policy', 'user', 'user-logging']
  return [
    ...HOOKS.map((hook) => `:${hook.toUpperCase()} ${policies[hook] === 'ACCEPT' ? 'ACCEPT' : 'DROP'} [0:0]`),
    ...HOOKS.flatMap((hook) => [...parts, ...more].map((part) => `:ufw${six}-${part}-${hook} - [0:0]`)),
    ...['logging-deny', 'logging-allow', 'user-limit', 'user-limit-accept'].map((name) => `:ufw${six}-${name} - [0:0]`),
    ...HOOKS.flatMap((hook) => parts.map((part) => `-A ${hook.toUpperCase()} -j ufw${six}-${part}-${hook}`)),
    ...HOOKS.map((hook) => `-A ufw${six}-skip-to-policy-${hook} -j ${policies[hook]}`),
    ...HOOKS.flatMap((hook) => {
      if (policies[hook] === 'REJECT') return [`-A ufw${six}-reject-${hook} -j REJECT`]
      return policies[hook] === 'ACCEPT'
        ? ['tcp', 'udp'].map((protocol) => `-A ufw${six}-track-${hook} -p ${protocol} -m conntrack --ctstate NEW -j ACCEPT`)
        : []
    }),
  ].map(own)
}

/**
 * Puts the rows of one file behind those of its tables. A reason where a table does not end, of which iptables-restore loads nothing, or where the version of ufw
 * decides: since 0.36.1 its policies come last, before that (Debian 11, Ubuntu 20.04, EPEL) they come first.
 */
function addBlocks(file: SavedFile, blocks: Map<string, Row[]>): string | undefined {
  let rows: Row[] | undefined
  for (const { value, line } of file.rows) {
    const text = value.trim()
    if (text.startsWith('*')) {
      rows = blocks.get(text.slice(1)) ?? []
      blocks.set(text.slice(1), rows)
    } else if (text === 'COMMIT') rows = undefined
    else if (!rows) continue
    else if (/^:INPUT ACCEPT\b/.test(text) && rows.some((row) => row.text.startsWith(':INPUT DROP ')))
      return `${file.path} says ${text}, which opens the host where ufw is older than 0.36.1, and does nothing where it is newer.`
    // Chains of the kernel are not emptied by their names, and their policies come last. To empty those that nothing was added to changes nothing.
    else if (BUILT_IN.test(text) && rows.some((row) => row.text.startsWith(text.split(' ', 1)[0] ?? ''))) continue
    else if (/^(?:-F|--flush)\b/.test(text) && !rows.some((row) => /^-[AI]/.test(row.text))) continue
    else rows.push({ text, line })
  }
  return rows && `${file.path} is cut.`
}

function parsed(rows: readonly Row[], name: string, six: '' | '6') {
  const text = [`*${name}`, ...rows.map((row) => row.text), 'COMMIT'].join('\n')
  const dump = parseIptables(text, six ? 'ip6' : 'ip', 'privileged')
  const at = <T extends { readonly line: number }>(each: T): T => ({ ...each, line: rows[each.line - 2]?.line ?? 0 })
  const moved = ({ chains, ...table }: Table): Table => ({
    ...table,
    chains: dictionary<Chain>(
      Object.fromEntries(Object.entries(chains).map(([key, chain]) => [key, { ...at(chain), rules: chain.rules.map(at) }])),
    ),
  })
  return { complete: dump.complete, tables: dump.tables.map(moved) }
}
