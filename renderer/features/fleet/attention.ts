import { errorCatalogue } from '#shared/error-catalogue.ts'
import { groupBy } from '#shared/group-by.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import type { ChangedKey } from '#shared/model/prompt.ts'
import { byNeed } from '#shared/model/score.ts'
import { type Outcome, severities } from '#shared/status.ts'
import { connectionWords, failedHop } from '../../stores/connection-words.ts'
import type { Fix } from '../../stores/fix-for.ts'
import { findingId, type HostView } from '../../stores/host-view.ts'
import type { ConnectionWords } from '../../ui/connection-status.tsx'
import { outcomeWords } from '../../ui/outcome-words.ts'
import { plainText } from '../../ui/plain-text.ts'
import { count, nameFew } from '../../ui/words.ts'
import { awayHosts } from './away-hosts.ts'

export type AttentionAction =
  | { readonly kind: 'finding'; readonly host: string; readonly id: string }
  | { readonly kind: 'fix'; readonly hosts: readonly string[]; readonly fix: Fix }
  | { readonly kind: 'sudoers' }
  | { readonly kind: 'compare'; readonly hop: string }
  | { readonly kind: 'retry'; readonly hosts: readonly string[] }

export interface EntryAction {
  readonly label: string
  readonly action: AttentionAction
}

/** One cause, on however many hosts. */
export interface AttentionEntry {
  readonly key: string
  readonly rank: number
  readonly words: ConnectionWords
  readonly outcome: Outcome | null
  /** The hosts, by name or by number. */
  readonly where: string
  /** The check, or how many of them. Stands behind the hosts, and does not give way. */
  readonly item?: string
  readonly text: string
  /** ISO 8601 of the first sight. */
  readonly since: string | undefined
  readonly actions: readonly EntryAction[]
  /** What was found, host by host: what a fix is looked for. */
  readonly sightings?: readonly Sighting[]
}

const bases: Readonly<Record<Outcome, number>> = {
  fail: 10,
  warning: 21,
  'not-evaluated': 30,
  'needs-attestation': 40,
  waived: 50,
  pass: 90,
  'not-applicable': 91,
}

/** A finding of one host. */
export interface Sighting {
  readonly host: HostView
  readonly finding: FindingBrief
}

/** What to do next, loudest first, one entry per cause. */
export function attentionOf(
  hosts: readonly HostView[],
  changedKeys: readonly ChangedKey[],
  order: 'severity' | 'newest',
): AttentionEntry[] {
  const entries = [
    ...keyEntries(changedKeys),
    ...connectionEntries(awayHosts(hosts, changedKeys)),
    ...deniedEntries(hosts),
    ...findingEntries(hosts),
  ]
  const bySeverity = (a: AttentionEntry, b: AttentionEntry) =>
    a.rank - b.rank || placeOf(a).localeCompare(placeOf(b), 'en', { numeric: true })
  if (order === 'severity') return entries.sort(bySeverity)
  return entries.sort((a, b) => (b.since ?? '').localeCompare(a.since ?? '') || bySeverity(a, b))
}

/** `gpu-01, INF-1`. */
export const placeOf = ({ where, item }: Pick<AttentionEntry, 'where' | 'item'>): string =>
  item === undefined ? where : `${where}, ${item}`

const keyEntries = (keys: readonly ChangedKey[]): AttentionEntry[] =>
  keys.map((key) => ({
    key: `key ${key.hop}`,
    rank: 0,
    words: { word: 'Key changed', tone: 'fail', icon: 'state' },
    outcome: null,
    where: key.hop,
    text: `The ${key.presented.keyType} key no longer matches the pinned one`,
    since: key.at,
    actions: [{ label: 'Compare keys…', action: { kind: 'compare', hop: key.hop } }],
  }))

/** Hosts that the newest audit could not look at, by reason. */
function connectionEntries(away: readonly HostView[]): AttentionEntry[] {
  return [...groupBy(away, (host) => `${host.state} ${host.audit?.failure?.code ?? ''} ${failedHop(host) ?? ''}`)].map(([key, group]) => {
    const names = group.map((host) => host.name)
    const [first] = group
    const failure = first?.audit?.failure
    const title = failure === undefined ? 'No answer' : errorCatalogue[failure.code].title
    const hop = first && failedHop(first)
    const words: ConnectionWords = first === undefined ? { word: 'Unreachable', tone: 'warn', icon: 'unplug' } : connectionWords(first)
    return {
      key,
      rank: words.tone === 'fail' ? 0 : 20,
      words,
      outcome: null,
      where: hostsOf(names),
      text: hop === undefined ? title : `${hop} could not be used: ${title}`,
      since: first?.audit?.finishedAt,
      actions: [{ label: 'Retry now', action: { kind: 'retry', hosts: names } }],
    }
  })
}

const deniedOf = (host: HostView): readonly string[] => host.audit?.refused ?? []

/** Hosts where sudo refused, by what it refused. They stand for the items that stayed unknown there. */
function deniedEntries(hosts: readonly HostView[]): AttentionEntry[] {
  const limited = hosts.filter((host) => host.results === 'current' && deniedOf(host).length > 0)
  const groups = groupBy(limited, (host) => [...deniedOf(host)].sort().join(' '))
  return [...groups].map(([key, group]) => {
    const [first] = group
    const refused = first === undefined ? 0 : deniedOf(first).length
    const items = new Set(
      group.flatMap((host) => host.findings.filter((finding) => finding.status === 'not-evaluated').map((finding) => finding.item)),
    )
    return {
      key: `denied ${key}`,
      rank: bases['not-evaluated'],
      words: wordsFor('not-evaluated'),
      outcome: 'not-evaluated',
      where: hostsOf(group.map((host) => host.name)),
      item: count(items.size, 'check'),
      text: `sudo refused ${count(refused, 'read-only command')}`,
      since: first?.measuredAt,
      actions: [{ label: 'Show commands', action: { kind: 'sudoers' } }],
    }
  })
}

function findingEntries(hosts: readonly HostView[]): AttentionEntry[] {
  const sightings = hosts
    .filter((host) => host.results === 'current')
    .flatMap((host) => {
      const refused = deniedOf(host).length > 0
      return host.findings
        .filter((finding) => isOpen(finding) && !(refused && finding.status === 'not-evaluated'))
        .map((finding) => ({ host, finding }))
    })
  return [...groupBy(sightings, ({ finding }) => causeOf(finding))].map(([key, group]) => entryOf(key, group))
}

/** What keeps one control from a verdict keeps others from theirs: a program that is not modelled, a folder that was not looked at. */
const causeOf = ({ control, status, title }: FindingBrief): string =>
  status === 'not-evaluated' ? `${status} ${title}` : `${control} ${status} ${title}`

const isOpen = (finding: FindingBrief): boolean => finding.status !== 'pass' && finding.status !== 'not-applicable'

function entryOf(key: string, group: readonly Sighting[]): AttentionEntry {
  const [first] = group.toSorted((a, b) => byNeed(a.finding, b.finding)) as [Sighting, ...Sighting[]]
  const { status, severity, item, title } = first.finding
  const items = new Set(group.map(({ finding }) => finding.item)).size
  const hosts = [...new Map(group.map((sighting) => [sighting.host.name, sighting])).values()]
  const names = hosts.map((sighting) => sighting.host.name)
  const open = ({ host, finding }: Sighting): AttentionAction => ({ kind: 'finding', host: host.name, id: findingId(finding) })
  const dates = group.flatMap(({ finding }) => finding.lastChanged ?? finding.firstSeen ?? [])
  return {
    key,
    rank: bases[status] + severities.indexOf(severity) / 10,
    words: wordsFor(status),
    outcome: status,
    where: hostsOf(names),
    item: items === 1 ? item : count(items, 'check'),
    text: plainText(title, 200),
    since: dates.sort()[0],
    actions:
      hosts.length === 1
        ? [{ label: 'Show evidence', action: open(first) }]
        : hosts.slice(0, 3).map((it) => ({ label: it.host.name, action: open(it) })),
    sightings: group,
  }
}

const hostsOf = (names: readonly string[]): string => (names.length > 2 ? count(names.length, 'host') : nameFew(names))

const wordsFor = (outcome: Outcome): ConnectionWords => ({
  word: outcomeWords[outcome].word,
  tone: outcomeWords[outcome].tone,
  icon: 'state',
})
