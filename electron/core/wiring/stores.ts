import type { Failure } from '#shared/errors.ts'
import type { Attestation } from '#shared/model/attestation.ts'
import type { Waiver } from '#shared/model/waiver.ts'
import type { Ports } from '../ports.ts'
import { type AccessReviewRepo, createAccessReviewRepo } from '../store/access-review.repo.ts'
import { type Undisturbed, undisturbed } from '../store/all-or-nothing.ts'
import { type AuditRepo, createAuditRepo } from '../store/audit.repo.ts'
import { openDatabase } from '../store/database.ts'
import { createAttestationRepo, createWaiverRepo, type DecisionRepo } from '../store/decision.repo.ts'
import { createHistoryRepo, type HistoryRepo } from '../store/history.repo.ts'
import { createModelRepo, type ModelRepo } from '../store/model.repo.ts'
import { createRegistrationRepo, type RegistrationRepo } from '../store/registration.repo.ts'
import { createWalkthroughRepo, type WalkthroughRepo } from '../store/walkthrough.repo.ts'

/** The one database of this console, by what is kept in it. */
export interface Stores {
  readonly audits: AuditRepo
  readonly history: HistoryRepo
  readonly waivers: DecisionRepo<Waiver>
  readonly attestations: DecisionRepo<Attestation>
  readonly walkthroughs: WalkthroughRepo
  readonly accessReviews: AccessReviewRepo
  readonly models: ModelRepo
  readonly registrations: RegistrationRepo
  readonly undisturbed: Undisturbed
  /** Why it is not the database of before, where it is another: that one was damaged, or of a newer Gatehouse. */
  readonly failure: Failure | undefined
  close(): void
}

/** One database for all. Throws as `openDatabase`; a damaged or newer file is no error, but `failure`. */
export function openStores({ paths, clock }: Pick<Ports, 'paths' | 'clock'>): Stores {
  const { database, failure } = openDatabase(paths.data, clock.now())
  return {
    audits: createAuditRepo(database),
    history: createHistoryRepo(database),
    waivers: createWaiverRepo(database),
    attestations: createAttestationRepo(database),
    walkthroughs: createWalkthroughRepo(database),
    accessReviews: createAccessReviewRepo(database),
    models: createModelRepo(database),
    registrations: createRegistrationRepo(database),
    undisturbed: undisturbed(database),
    failure,
    close: () => database.close(),
  }
}
