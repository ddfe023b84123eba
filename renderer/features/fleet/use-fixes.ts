import { fixFor } from '../../stores/fix-for.ts'
import { findingId } from '../../stores/host-view.ts'
import { useHostAudits, usePushTemplates } from '../../stores/queries.ts'
import type { AttentionEntry, EntryAction } from './attention.ts'

/** Hosts whose whole results are fetched for it: a brief of a host does not say what a template needs to know. */
const FETCHED = 8

/** The template that turns what one host alone has, for the entries that are shown. */
export function useFixes(shown: readonly AttentionEntry[]): ReadonlyMap<string, EntryAction> {
  const asked = shown.flatMap((entry) => {
    const { outcome, actions } = entry
    const [only, ...others] = actions
    return (outcome === 'fail' || outcome === 'warning') && only?.action.kind === 'finding' && others.length === 0
      ? [{ key: entry.key, host: only.action.host, id: only.action.id }]
      : []
  })
  const hosts = [...new Set(asked.map(({ host }) => host))].slice(0, FETCHED)
  const audits = useHostAudits(hosts)
  const templates = usePushTemplates().data?.templates
  return new Map(
    asked.flatMap(({ key, host, id }): [string, EntryAction][] => {
      const audit = audits[hosts.indexOf(host)]?.data ?? undefined
      const finding = audit?.findings.find((one) => findingId(one) === id)
      const fix = audit && finding && templates && fixFor(finding, audit, templates)
      return fix ? [[key, { label: `Fix with ${fix.template}…`, action: { kind: 'fix', host, fix } }]] : []
    }),
  )
}
