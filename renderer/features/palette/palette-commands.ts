import { groupBy } from '#shared/group-by.ts'
import { byNeed } from '#shared/model/score.ts'
import { findingId, type HostView } from '../../stores/host-view.ts'
import { plainText } from '../../ui/plain-text.ts'

export interface PaletteFinding {
  readonly id: string
  readonly host: string
  readonly key: string
  readonly item: string
  readonly status: HostView['findings'][number]['status']
  readonly title: string
  /** What it is about, where the host has several of this title; else empty. */
  readonly about: string
  /** What the query is matched with. */
  readonly keywords: string
}

interface Placed {
  readonly name: string
  readonly places: readonly { readonly host: string }[]
}

export interface PaletteModel {
  readonly name: string
  readonly hosts: readonly string[]
}

/** Open findings of every host, loudest first. Bounded: a palette is not a list. */
export function paletteFindings(hosts: readonly HostView[], query: string, limit: number): readonly PaletteFinding[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const all = hosts.flatMap((host) =>
    host.findings
      .filter((finding) => finding.status !== 'pass' && finding.status !== 'not-applicable')
      .map((finding) => ({
        host,
        finding,
        keywords: `${host.name} ${finding.item} ${finding.title} ${finding.subject}`.toLowerCase(),
      })),
  )
  return all
    .filter(({ keywords }) => words.every((word) => keywords.includes(word)))
    .sort((a, b) => byNeed(a.finding, b.finding))
    .slice(0, limit)
    .map(({ host, finding, keywords }) => ({
      id: `${host.name} ${findingId(finding)}`,
      host: host.name,
      key: findingId(finding),
      item: finding.item,
      status: finding.status,
      title: plainText(finding.title, 120),
      about: host.findings.some((other) => other !== finding && other.title === finding.title) ? plainText(finding.subject, 120) : '',
      keywords,
    }))
}

/** Models by name, each once. Without a query a few: they are many. */
export function paletteModels(artifacts: readonly Placed[], query: string, limit: number): readonly PaletteModel[] {
  const named = groupBy(
    artifacts.filter(({ name, places }) => matches(query, `model ${name} ${places.map(({ host }) => host).join(' ')}`)),
    ({ name }) => name,
  )
  return [...named].slice(0, limit).map(([name, group]) => ({
    name,
    hosts: [...new Set(group.flatMap(({ places }) => places.map(({ host }) => host)))],
  }))
}

/** What can be done, by a query; what is called like that comes first, and before the findings, whose words are many. */
export function paletteActions<A extends { readonly name: string; readonly about: string }>(
  actions: readonly A[],
  query: string,
): { readonly list: readonly A[]; readonly isCalled: boolean } {
  const start = query.trim().toLowerCase()
  const isCalled = ({ name }: A) => start !== '' && name.toLowerCase().startsWith(start)
  const list = actions.filter(({ name, about }) => matches(query, `${name} ${about}`))
  return { list: list.toSorted((a, b) => Number(isCalled(b)) - Number(isCalled(a))), isCalled: list.some(isCalled) }
}

/** True when every word of the query is in the text. */
export const matches = (query: string, text: string): boolean =>
  query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.toLowerCase().includes(word))
