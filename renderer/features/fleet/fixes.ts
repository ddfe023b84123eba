import { groupBy } from '#shared/group-by.ts'
import type { Output } from '#shared/ipc/contracts.ts'
import { fixFor } from '../../stores/fix-for.ts'
import { count } from '../../ui/words.ts'
import type { AttentionEntry, EntryAction } from './attention.ts'

type Templates = Output<'push:templates'>['templates']

/**
 * The template that turns what an entry is about, on as many of its hosts as take the same values from their finding: a plan for each of them, made at once. The
 * others are fixed from their evidence.
 */
export function fixOf({ sightings = [] }: AttentionEntry, templates: Templates): EntryAction | undefined {
  const found = sightings.flatMap(({ host, finding }) => {
    const fix = host.audit?.seen && fixFor(finding, host.audit.seen, templates)
    return fix ? [{ host: host.name, fix }] : []
  })
  const groups = [...groupBy(found, ({ fix }) => JSON.stringify([fix.template, fix.parameters])).values()]
  const [most] = groups.map((group) => ({ fix: group[0]?.fix, hosts: namesOf(group) })).sort((a, b) => b.hosts.length - a.hosts.length)
  if (most?.fix === undefined) return undefined
  const { fix, hosts } = most
  const isOnly = namesOf(sightings.map(({ host }) => ({ host: host.name }))).length === 1
  const label = isOnly ? `Fix with ${fix.template}…` : `Fix on ${hosts.length === 1 ? hosts[0] : count(hosts.length, 'host')}…`
  return { label, action: { kind: 'fix', hosts, fix } }
}

const namesOf = (all: readonly { readonly host: string }[]): readonly string[] => [...new Set(all.map(({ host }) => host))]
