import { GatehouseError } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { VerifiedFile } from '#shared/model/model-artifact.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import type { ModelRepo, StoredFile } from '../store/model.repo.ts'
import { contentOf } from './registry/content.ts'
import { approvalOf } from './registry/place-approval.ts'
import { byModel, type HostKnowledge, hashBook, scanShelf, type VerifiedPlace, verifyModel } from './verify-model.ts'

const knowledgeOf = (repo: ModelRepo, fleet: string, host: string): HostKnowledge => ({
  hashes: hashBook(repo.hashes(fleet, host)),
  scans: scanShelf(repo.scans(fleet, host)),
})

/** Models that are stored, with their files held against what they should be: of one host, or of all that are in the fleet. */
export function* verifiedPlaces(
  repo: ModelRepo,
  fleet: Fleet,
  registered: readonly Registration[],
  only?: string,
): Generator<VerifiedPlace> {
  const expected = byModel(repo.expected(fleet.name))
  const inFleet = new Set(fleet.hosts.map(({ name }) => name))
  let known: (HostKnowledge & { readonly host: string; readonly filesOf: (model: string) => StoredFile[] }) | undefined
  // By host, so that what is known of one is read once.
  for (const model of repo.models(fleet.name)) {
    if (only === undefined ? !inFleet.has(model.host) : model.host !== only) continue
    const { host } = model
    if (known?.host !== host) known = { host, ...knowledgeOf(repo, fleet.name, host), filesOf: filesInOrder(repo, fleet.name, host) }
    const stored = known.filesOf(model.id)
    const { approval, registration } = approvalOf(model, contentOf(stored, known.hashes), registered, fleet.policy)
    yield {
      model,
      files: verifyModel(model, stored, expected.get(model.name) ?? [], known),
      approval: { approval, registration: registration?.id ?? '' },
    }
  }
}

/** Files of models, asked for one after the other: what is known of a host is read once, so it is of now. Throws `models.not-found`. */
export function verifiedFiles(repo: ModelRepo, fleet: Fleet): (host: string, model: string) => VerifiedFile[] {
  const expected = byModel(repo.expected(fleet.name))
  let known: (HostKnowledge & { readonly host: string }) | undefined
  return (host, id) => {
    const model = repo.model(fleet.name, host, id)
    if (!model) throw new GatehouseError({ code: 'models.not-found', detail: id, host })
    if (known?.host !== host) known = { host, ...knowledgeOf(repo, fleet.name, host) }
    return verifyModel(model, repo.files(fleet.name, host, id), expected.get(model.name) ?? [], known)
  }
}

/** Files of the models of one host, by one query where they are asked for in the order in which they are stored; else by one each. */
function filesInOrder(repo: ModelRepo, fleet: string, host: string): (model: string) => StoredFile[] {
  const groups = repo.filesByModel(fleet, host)
  let ahead = groups.next()
  return (model) => {
    if (ahead.done || ahead.value.model !== model) return repo.files(fleet, host, model)
    const { files } = ahead.value
    ahead = groups.next()
    return files
  }
}
