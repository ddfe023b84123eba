import { randomUUID } from 'node:crypto'
import type { Fleet } from '#shared/model/fleet.ts'
import type { ModelOverview, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { ExpectedOrigin, ExpectedValue, StatedDigests } from '#shared/model/model-expected.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import type { Clock, Transport } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { ModelRepo } from '../store/model.repo.ts'
import { type LookRequest, lookAtModels } from './look-at-models.ts'
import { createModelJobs, type ModelJobs, type ModelRun } from './model-jobs.ts'
import { verifiedFiles, verifiedPlaces } from './verified-places.ts'
import { verifiedSection } from './verified-section.ts'
import { artifactsOf } from './verify-model.ts'

export interface ModelServicePorts {
  readonly clock: Clock
  readonly repo: ModelRepo
  readonly registrations: (fleet: Fleet) => readonly Registration[]
  /** Of this program. */
  readonly version: string
  /** Account of the person at this console. */
  readonly by: string
  readonly changed: (event: 'models:changed' | 'model-job:changed') => void
}

/**
 * Lists the models of a fleet, takes their hashes, and holds them against what they should be. `run`: something else on hosts, with the progress of a look.
 * What runs is ended by `cancel`; hashes that were finished stay.
 */
export interface ModelService extends ModelJobs {
  /** Throws as `run`. */
  start(fleet: Fleet, transport: Transport, request: LookRequest): ModelRun
  overview(fleet: Fleet): ModelOverview
  /** Files of a model on one host. Throws `models.not-found`. */
  files(fleet: Fleet, host: string, model: string): VerifiedFile[]
  /** The same for many models, one after the other. */
  reader(fleet: Fleet): (host: string, model: string) => VerifiedFile[]
  /** Records what a document states for a model; returns what stands now. */
  expect(fleet: Fleet, model: string, stated: StatedDigests, origin: Pick<ExpectedOrigin, 'url' | 'readBy' | 'readOn'>): ExpectedValue[]
  expected(fleet: Fleet): ExpectedValue[]
  withdrawExpected(fleet: Fleet, model: string): number
  /** What is known of one host, as a section of its audit; nothing while its models were never listed. */
  recorded(fleet: Fleet, host: string): readonly SectionOutput[]
}

/** Inventories, hashes and what was expected, as this console stored them; a look asks the hosts. */
export function createModelService({ clock, repo, registrations, version, by, changed }: ModelServicePorts): ModelService {
  const jobs = createModelJobs({ clock, changed })
  const iso = () => new Date(clock.now()).toISOString()
  const places = (fleet: Fleet, host?: string) => verifiedPlaces(repo, fleet, registrations(fleet), host)
  const reader = (fleet: Fleet) => verifiedFiles(repo, fleet)
  const onStored = () => changed('models:changed')
  return {
    ...jobs,
    start: (fleet, transport, request) =>
      jobs.run(fleet, request.hosts, request.hash ? 'hash' : request.scan ? 'scan' : 'list', (host, onProgress, signal) =>
        lookAtModels({ fleet, host, transport, repo, request, version, now: clock.now, signal, onProgress, onStored }),
      ),
    overview(fleet) {
      const inFleet = new Set(fleet.hosts.map(({ name }) => name))
      return {
        artifacts: artifactsOf(places(fleet)),
        hosts: repo.listings(fleet.name).filter(({ host }) => inFleet.has(host)),
      }
    },
    files: (fleet, host, id) => reader(fleet)(host, id),
    reader,
    expect(fleet, model, { form, revision, signature, signatureNote, digests }, { url, readBy, readOn }) {
      const origin: ExpectedOrigin = { form, url, revision, readBy, readOn, signature, signatureNote }
      const values = digests.map(
        ({ file, algorithm, digest }): ExpectedValue => ({
          ...{ id: randomUUID(), model, file, algorithm, digest, origin },
          ...{ statedAt: iso(), statedBy: by },
        }),
      )
      repo.expect(fleet.name, values)
      changed('models:changed')
      return values
    },
    expected: (fleet) => repo.expected(fleet.name),
    withdrawExpected(fleet, model) {
      const count = repo.withdrawExpected(fleet.name, model, by, iso())
      changed('models:changed')
      return count
    },
    recorded(fleet, host) {
      const inventory = repo.listings(fleet.name).find((listing) => listing.host === host)
      return inventory ? [verifiedSection(inventory, [...places(fleet, host)])] : []
    },
  }
}
