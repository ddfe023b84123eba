import type { HostAudit } from '#shared/model/audit.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { filters } from '../look/way-in.ts'

/** Judges who reaches each port of a model. */
const DOORS = 'inference-port-only-from-app'

/** Closes ports that Docker publishes. */
const PUBLISHED = 'docker-published-ports'

export interface PlannedFilter {
  readonly manifest: PushTemplate
  readonly audit: Pick<HostAudit, 'findings'>
  /** Ports of models that a container runtime forwards. */
  readonly published: readonly string[]
}

/**
 * Rules for what comes to the host itself never see what a container runtime forwards: Docker translates addresses before
 * (https://docs.docker.com/engine/network/packet-filtering-firewalls/#docker-and-ufw). Such a port would stay open, and the push be undone for it.
 * What to do first; empty where there is nothing of the kind.
 */
export function openPublished({ manifest, audit, published }: PlannedFilter): string {
  if (!manifest.fixes.includes(DOORS) || !manifest.files.some(({ kind }) => filters.includes(kind))) return ''
  const open = audit.findings.filter(
    ({ control, status, subject }) =>
      control === DOORS &&
      (status === 'fail' || status === 'warning' || status === 'not-evaluated') &&
      published.includes(/:(\d+)$/.exec(subject)?.[1] ?? ''),
  )
  if (open.length === 0) return ''
  const ports = [...new Set(open.map(({ subject }) => subject))].join(', ')
  const first = open.every(({ remediation }) => remediation?.template === PUBLISHED)
    ? `push ${PUBLISHED} first, then plan again`
    : 'publish it on 127.0.0.1, behind a proxy of the host, or stop the container, then plan again'
  return `a container runtime forwards ${ports} past the rules that ${manifest.id} makes, so it would stay open: ${first}`
}
