import type { SectionOutput } from '../../probe/section.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { Network } from '../network/network.ts'
import { defaultsOf } from './defaults.ts'
import type { Firewall } from './firewall.ts'
import { readIpsets } from './iptables/ipsets.ts'
import { type IptablesDump, parseIptables } from './iptables/parse.ts'
import { isMisread } from './misread.ts'
import { isWholeNft, parseNft } from './nft/parse.ts'
import { rulesOf } from './reach.ts'
import type { Action, Hook, Table } from './ruleset.ts'
import { parseUfw, type UfwStatus } from './ufw/parse.ts'

export interface FirewallSections {
  readonly nft: SectionOutput
  readonly iptables: SectionOutput
  readonly ip6tables: SectionOutput
  readonly ipset: SectionOutput
  readonly ufw: SectionOutput
  /** Modules of legacy iptables. */
  readonly legacyTables?: SectionOutput
}

const answered = (output: SectionOutput) => output.state === 'ok' && output.exitCode === 0
const absent = (output: SectionOutput) => output.state === 'missing'

/**
 * Puts the kernel's rules together. `nft` and `iptables-save` are two views that overlap: the tables of iptables-nft are taken from
 * iptables-save, everything else from nft. What one of them would show but may not be asked stays in doubt.
 */
export function assembleFirewall(sections: FirewallSections, network: Network | undefined): FactResult<Firewall> {
  const { nft, iptables, ip6tables } = sections
  const ufw = answered(sections.ufw) ? parseUfw(sections.ufw.stdout, 'ufw') : undefined
  const ipsets = readIpsets(sections.ipset)
  const dumps = [answered(iptables) ? parseIptables(iptables.stdout, 'ip', 'iptables', ipsets) : undefined]
  dumps.push(answered(ip6tables) ? parseIptables(ip6tables.stdout, 'ip6', 'ip6tables', ipsets) : undefined)
  const native = answered(nft) && isWholeNft(nft.stdout) ? parseNft(nft.stdout, 'nft') : undefined
  const unseen = unseenTables(sections)
  if (!native && !dumps[0]) {
    if (absent(nft) && absent(iptables)) return known(build(unseen, ufw, network, 'nft', unseen.length === 0))
    return withoutKernel(sections, ufw, network)
  }
  const saved = dumps.flatMap((dump) => (dump ? usable(dump, native) : []))
  const shadowed = new Set(
    dumps.flatMap(
      (dump) =>
        dump?.tables
          .filter((table) => saved.includes(table) && (dump.nft || native?.some((other) => isSameTable(other, table))))
          .map(tableKey) ?? [],
    ),
  )
  const tables = [...(native ?? []).filter((table) => !shadowed.has(tableKey(table))), ...saved]
  const doubts = [
    ...(native || absent(nft) ? [] : [unread('nft', ['ip', 'ip6'])]),
    ...legacyDoubt(iptables, dumps[0], native, 'ip'),
    ...legacyDoubt(ip6tables, dumps[1], native, 'ip6'),
    ...unseen,
  ]
  // Rules that were not read may lead ports elsewhere as well.
  return known(build([...tables, ...doubts], ufw, network, native ? 'nft' : 'iptables', doubts.length === 0))
}

const tableKey = ({ family, name }: Table) => `${family} ${name}`

const VERDICTS: ReadonlySet<Action['do']> = new Set(['accept', 'drop', 'reject', 'return', 'jump', 'goto'])

/**
 * Is a table of nft the one that iptables-save shows? Before 1.8.8 the header does not say which kernel part it speaks of (Debian 11,
 * Ubuntu 20.04 and 22.04, RHEL 8), so they are compared: chains, policies, number of rules, and every verdict that both understand.
 */
function isSameTable(native: Table, saved: Table): boolean {
  if (tableKey(native) !== tableKey(saved)) return false
  if (Object.keys(native.chains).some((name) => !saved.chains[name])) return false
  return Object.values(saved.chains).every((chain) => {
    const other = native.chains[chain.name]
    if (!other) return chain.base?.policy === 'accept' && chain.rules.length === 0
    const rules = other.rules.filter((rule, index) => rule.line !== other.rules[index - 1]?.line)
    return (
      other.base?.policy === chain.base?.policy &&
      rules.length === chain.rules.length &&
      chain.rules.every((rule, index) => agree(rule.action, rules[index]?.action ?? { do: 'none' }))
    )
  })
}

function agree(one: Action, other: Action): boolean {
  if (!VERDICTS.has(one.do) || !VERDICTS.has(other.do)) return true
  return one.do === other.do && ('chain' in one ? one.chain : '') === ('chain' in other ? other.chain : '')
}

/** Tables that iptables-save says it cannot show, or not all of, are left to nft, and so are those of which it shows less without a word. */
const usable = (dump: IptablesDump, native: readonly Table[] | undefined) =>
  dump.tables.filter(
    (table) =>
      !dump.incompatible.includes(table.name) && !native?.some((other) => isShownBy(dump, other, table) && isMisread(other, table)),
  )

const isShownBy = (dump: IptablesDump, native: Table, saved: Table): boolean =>
  dump.nft ? tableKey(native) === tableKey(saved) : isSameTable(native, saved)

/** Legacy iptables works beside nf_tables, unseen by nft. */
function legacyDoubt(
  output: SectionOutput,
  dump: IptablesDump | undefined,
  native: readonly Table[] | undefined,
  family: 'ip' | 'ip6',
): Table[] {
  if (/legacy tables present/.test(output.stderr)) return [unread(output.id, [family])]
  if (dump?.legacyBeside !== undefined) return [unread(output.id, [family], dump.legacyBeside)]
  if (dump && (!dump.complete || (dump.incompatible.length > 0 && !native))) return [unread(output.id, [family])]
  if (dump || absent(output)) return []
  // Where nft shows what iptables-nft wrote, iptables is not the legacy one.
  const translated = native?.some((table) => table.family === family && table.name === 'filter') ?? false
  return translated ? [] : [unread(output.id, [family])]
}

/** Tables of legacy iptables, where no program of the host shows them: somebody else's has made them. */
function unseenTables({ iptables, ip6tables, legacyTables }: FirewallSections): Table[] {
  const there = legacyTables?.stdout ?? ''
  return [
    ...(absent(iptables) && /\biptable_(?:filter|nat|mangle|raw|security)\b/.test(there) ? [unread('legacy-tables', ['ip'])] : []),
    ...(absent(ip6tables) && /\bip6table_(?:filter|nat|mangle|raw|security)\b/.test(there) ? [unread('legacy-tables', ['ip6'])] : []),
  ]
}

/** Stands for rules that could not be read: they may stop anything. */
function unread(section: string, families: readonly ('ip' | 'ip6')[], line = 0): Table {
  const chain = (hook: Hook, action: Action) => ({
    name: `unread ${hook}`,
    line,
    text: '',
    base: { type: 'filter' as const, hook, priority: 0, policy: 'accept' as const },
    rules: [
      {
        test: {
          is: 'any' as const,
          of: families.map((family) => ({ is: 'family' as const, family: family === 'ip' ? (4 as const) : (6 as const) })),
        },
        action,
        line,
        text: '',
      },
    ],
  })
  const doubt: Action = { do: 'unknown' }
  return {
    family: 'inet',
    name: `unread ${section}`,
    section,
    chains: { input: chain('input', doubt), forward: chain('forward', doubt), output: chain('output', doubt) },
  }
}

function withoutKernel(sections: FirewallSections, ufw: UfwStatus | undefined, network: Network | undefined): FactResult<Firewall> {
  if (ufw?.active) return known(build([ufw.table], ufw, network, 'ufw', false))
  const denied = [sections.nft, sections.iptables, sections.ufw].find(({ state }) => state === 'denied')
  const failed = denied ?? [sections.nft, sections.iptables].find((output) => !absent(output)) ?? sections.nft
  const said = failed.stderr.split('\n').find((line) => line.trim() !== '')
  const reason = denied ? `sudo refused "${failed.command}"` : `"${failed.command}" failed${said ? `: ${said.slice(0, 200)}` : ''}`
  return unknown(`Firewall: ${reason}`, [failed.id], failed.sudoers && `Add to sudoers: ${failed.sudoers}`)
}

function build(
  tables: readonly Table[],
  ufw: UfwStatus | undefined,
  network: Network | undefined,
  section: string,
  translationKnown: boolean,
): Firewall {
  const defaults = { in: defaultsOf({ tables }, network, 'in'), out: defaultsOf({ tables }, network, 'out') }
  const [inbound, outbound] = [defaults.in, defaults.out].map((each) => {
    const ipv4 = each.filter(({ family }) => family === 4)
    return ipv4.find(({ main }) => main) ?? ipv4[0]
  })
  return {
    defaults,
    backend: backendOf(tables, ufw),
    // Without an IPv4 address nothing arrives or leaves.
    defaultInbound: inbound?.verdict ?? 'drop',
    defaultOutbound: outbound?.verdict ?? 'drop',
    tables,
    translationKnown,
    unmodelled: rulesOf(tables)
      .filter(({ rule }) => isUnmodelled(rule.test, rule.action))
      .map(({ table, rule }) => ({ text: rule.text, section: table.section, line: rule.line })),
    section: inbound?.by?.section ?? section,
    line: inbound?.by?.line ?? 0,
  }
}

type Test = Table['chains'][string]['rules'][number]['test']

/** Not understood, and able to match the TCP or UDP traffic that is followed. */
function isUnmodelled(test: Test, action: Action): boolean {
  if (action.do === 'none' || action.do === 'mark') return false
  const parts = test.is === 'all' ? test.of : [test]
  const foreign = parts.some(
    (part) =>
      (part.is === 'constant' && !part.value) || (part.is === 'protocol' && !part.numbers.some((each) => each === 6 || each === 17)),
  )
  return !foreign && (action.do === 'unknown' || action.do === 'astray' || parts.some(hasUnknown))
}

function hasUnknown(test: Test): boolean {
  if (test.is === 'not') return hasUnknown(test.of)
  return test.is === 'unknown' || test.is === 'mark' || ((test.is === 'all' || test.is === 'any') && test.of.some(hasUnknown))
}

/** While ufw is active, what arrives passes through its chains (before.rules); `ufw disable` takes the jumps away. */
const isOfUfw = ({ chains }: Table): boolean =>
  Object.values(chains).some(
    ({ base, rules }) => base !== undefined && rules.some(({ action }) => action.do === 'jump' && action.chain === 'ufw-before-input'),
  )

function backendOf(tables: readonly Table[], ufw: UfwStatus | undefined): Firewall['backend'] {
  if (ufw?.active || tables.some(isOfUfw)) return 'ufw'
  if (tables.some(({ name }) => name === 'firewalld')) return 'firewalld'
  const holding = tables.filter(({ chains }) =>
    Object.values(chains).some(
      ({ base, rules }) => base?.policy === 'drop' || rules.some(({ action }) => action.do !== 'none' && action.do !== 'mark'),
    ),
  )
  if (holding.length === 0) return 'none'
  return holding.some(({ section }) => section === 'nft') ? 'nftables' : 'iptables'
}
