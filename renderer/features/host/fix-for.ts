import type { Output } from '#shared/ipc/contracts.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'

/** The template that turns a finding on this host: one for the unit of the very service that it judges. Undefined where there is none. */
export function fixFor(
  { control, subject, status }: Pick<Finding, 'control' | 'subject' | 'status'>,
  audit: Pick<HostAudit, 'services'>,
  templates: Output<'push:templates'>,
): string | undefined {
  if (status !== 'fail' && status !== 'warning') return undefined
  const service = audit.services.find(({ id }) => id === subject)
  return templates.find(({ manifest }) => manifest.fixes.includes(control) && manifest.unit === service?.unit)?.manifest.id
}
