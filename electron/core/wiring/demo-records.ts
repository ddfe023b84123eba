import type { ModelService } from '../models/model-service.ts'
import type { DemoFleet, Ports } from '../ports.ts'
import type { RegistrationRepo } from '../store/registration.repo.ts'

/** The demo brings digests that an admin read, and models that were approved before; they are recorded once. */
export function recordDemo(
  { fleet, expectations, registrations }: DemoFleet,
  models: ModelService,
  repo: RegistrationRepo,
  { clock, account }: Pick<Ports, 'clock' | 'account'>,
): void {
  if (models.expected(fleet).length === 0) {
    const readOn = new Date(clock.now()).toISOString().slice(0, 10)
    for (const { model, url, stated } of expectations) models.expect(fleet, model, stated, { url, readBy: account, readOn })
  }
  if (repo.list(fleet.name).length === 0)
    for (const { id, model, steps } of registrations) for (const step of steps) repo.add(fleet.name, id, model, step)
}
