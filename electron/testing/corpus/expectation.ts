import type { HostAudit } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { byNeed } from '#shared/model/score.ts'
import type { CorpusHost } from './corpus-host.ts'

/** A host as it was judged, and the base that it is compared with; none for a host without sins. */
export interface Judged {
  readonly host: CorpusHost
  readonly audit: HostAudit
  readonly base: HostAudit | undefined
}

/** The loudest finding of every control. */
export function loudestByControl({ findings }: Pick<HostAudit, 'findings'>): ReadonlyMap<string, Finding> {
  const loudest = new Map<string, Finding>()
  for (const finding of [...findings].sort(byNeed)) if (!loudest.has(finding.control)) loudest.set(finding.control, finding)
  return loudest
}

export const isOpen = ({ status }: Pick<Finding, 'status'>): boolean => status === 'fail' || status === 'warning'

/** Items that the machine itself decides on every host, shown for hosts without sins. */
const isShown = (item: string): boolean => item.startsWith('INF-')

/**
 * What a reviewer reads, as YAML: of a host with sins everything that they change, item by item and control by control; of a host without
 * its items and what is open on it.
 */
export function expectation({ host, audit, base }: Judged): string {
  const items =
    base === undefined
      ? audit.items.filter(({ id }) => isShown(id))
      : audit.items.filter(({ id, status }) => base.items.find((item) => item.id === id)?.status !== status)
  const before = base && loudestByControl(base)
  const findings = [...loudestByControl(audit).values()].filter((finding) =>
    before === undefined ? isOpen(finding) : before.get(finding.control)?.status !== finding.status,
  )
  return [
    `${host.name}:`,
    `  # ${host.about}`,
    `  items: { ${items.map(({ id, status }) => `${id}: ${status}`).join(', ')} }`,
    ...(findings.length === 0 ? ['  controls: {}'] : ['  controls:']),
    ...findings.map(({ control, status, title }) => `    ${control}: ${status} # ${title}`),
    '',
  ].join('\n')
}
