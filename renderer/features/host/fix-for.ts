import type { Output } from '#shared/ipc/contracts.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'

/** The template that turns a finding on this host: one for the unit of the very service that it judges. Undefined where there is none that may be pushed. */
export function fixFor(
  { control, subject, status }: Pick<Finding, 'control' | 'subject' | 'status'>,
  audit: Pick<HostAudit, 'services'>,
  templates: Output<'push:templates'>['templates'],
): string | undefined {
  if (status !== 'fail' && status !== 'warning') return undefined
  const service = audit.services.find(({ id }) => id === subject)
  const pushable = templates.filter(({ state }) => state === 'shipped' || state === 'approved')
  return pushable.find(({ manifest }) => manifest.fixes.includes(control) && manifest.unit === service?.unit)?.manifest.id
}
