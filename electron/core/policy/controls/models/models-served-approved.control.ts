import type { InferenceService } from '#shared/model/inference-service.ts'
import { type PlaceApproval, placeApprovalWords } from '#shared/model/registration-state.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { ModelFiles } from '../../../facts/model-files/model-files.ts'
import type { RegisteredModel, VerifiedModels } from '../../../facts/verified-models/verified-models.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { noServices, serviceName } from '../inference/service-words.ts'
import { amount } from './model-directories.ts'
import { citeListed, listingAge, rootAsListed } from './verified-directory.ts'

export default defineControl({
  id: 'models-served-approved',
  item: 'SUP-3',
  severity: 'high',
  title: 'Inference servers serve only models that were approved, byte for byte',
  rationale:
    'Whoever can write to the model directory, or move a tag, decides what the server says to everybody. An approval that binds to the bytes makes a swapped or unreviewed model visible at the next look.',
  steps: 'Take it out of service, or let it pass the approval (gatehouse models request, review, test, approve).',
  needs: ['services'],
  uses: ['verified-models', 'model-files'],
  references: ['NIST-800-53:CM-3', 'NIST-800-53:CM-7(5)', 'CIS-8:2.5', 'ISO-27001:A.8.32', 'ISO-27001:A.8.19', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, 'verified-models': models, 'model-files': files }, { now }) =>
    services.length === 0 ? noServices : services.map((service) => judge(service, models, files, now)),
})

const passing: readonly PlaceApproval[] = ['approved', 'approved-alone']
const howToLook = 'Verify the models (Models, or gatehouse models verify), then audit again.'

function judge(service: InferenceService, models: FactResult<VerifiedModels>, files: FactResult<ModelFiles>, now: number): Verdict {
  const subject = service.id
  const name = serviceName(service)
  const open = (title: string, reason: string, hint: string, cite: readonly Citation[] = []): Verdict => ({
    status: 'not-evaluated',
    subject,
    title,
    reason,
    hint,
    cite,
  })
  if (!models.known) return open('Its models were not verified yet', `${name}: ${models.reason}.`, howToLook)
  const served = models.value.models.filter(({ path }) => service.modelPaths.some((one) => below(path, one) || below(one, path)))
  const of = (states: readonly PlaceApproval[]) => served.filter(({ approval }) => states.includes(approval))
  const wrong = served.filter(({ approval }) => !passing.includes(approval) && approval !== 'not-hashed' && approval !== 'superseded')
  if (wrong.length > 0)
    return {
      status: 'fail',
      subject,
      title: `${amount(wrong.length, 'model is', 'models are')} served without approval`,
      reason: `${name} has ${listed(wrong)}.`,
      cite: cite(wrong),
    }
  const unknown = of(['not-hashed'])
  if (unknown.length > 0)
    return open(
      `${amount(unknown.length, 'model has', 'models have')} no hash of every file`,
      `An approval binds to bytes, and these are not known: ${listed(unknown)}.`,
      howToLook,
      cite(unknown),
    )
  const old = of(['superseded'])
  if (old.length > 0)
    return {
      status: 'warning',
      subject,
      title: `${amount(old.length, 'model was', 'models were')} superseded`,
      reason: `${name} has ${listed(old)}: another registration of the same model was approved since.`,
      hint: 'Deploy the newer one, or revoke what is not to be served any more.',
      cite: cite(old),
    }
  const age = listingAge(models.value, now)
  if (age.stale !== undefined) return open('The look at its models is too old', `${name}: ${age.stale}.`, howToLook, [citeListed])
  const unseen = gapOf(service, models.value, files)
  if (unseen !== undefined) return open('Not all that it serves is known', `${name}: ${unseen}.`, howToLook)
  if (served.length === 0) {
    if (service.engine === 'ollama' || service.engine === 'localai')
      return { status: 'not-applicable', subject, title: 'The server has no model', reason: `${name} has no model in its store.`, cite: [] }
    return open('Which model it serves is not known', `${name} names no model that was found on this host.`, howToLook)
  }
  const alone = of(['approved-alone']).length
  return {
    status: 'pass',
    subject,
    title: 'Every model that it has is approved',
    reason: `${name} has ${listed(served)}, with exactly the bytes that were approved for this host, as Gatehouse found them ${age.words}.${alone > 0 ? ` ${amount(alone, 'of them was', 'of them were')} approved by the person who requested it.` : ''}`,
    cite: [citeListed, ...cite(served)],
  }
}

const below = (path: string, root: string): boolean => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`)

/** Why more may be served than is known: a place that was not listed, or that changed since. */
function gapOf({ modelPaths }: InferenceService, models: VerifiedModels, files: FactResult<ModelFiles>): string | undefined {
  if (modelPaths.length === 0) return 'it names no place on this host that its models come from'
  if (models.cut) return 'there are more models than are told in one audit'
  if (!files.known) return files.reason
  const places = modelPaths.map((path) => files.value.directories.find((directory) => below(path, directory.path)))
  const outside = places.indexOf(undefined)
  if (outside >= 0) return `${modelPaths[outside]} is not among the model directories`
  for (const directory of places) {
    if (directory === undefined || !directory.exists) continue
    const root = rootAsListed(directory, models)
    if (!directory.complete || root === undefined) return `${directory.path} changed since its models were listed, or was not listed`
    if (!root.sorted) return `${directory.path} holds weights that are of no model that could be read`
  }
  return undefined
}

const listed = (models: readonly RegisteredModel[]): string =>
  `${models
    .slice(0, 3)
    .map(({ name, approval }) => `${name} (${placeApprovalWords[approval].toLowerCase()})`)
    .join(', ')}${models.length > 3 ? ` and ${models.length - 3} more` : ''}`

const cite = (models: readonly RegisteredModel[]): Citation[] =>
  models.slice(0, 8).map(({ approval, line }) => ({
    section: 'verified-models',
    line,
    ...(!passing.includes(approval) && { token: approval, note: `${placeApprovalWords[approval]}. Expected approved.` }),
  }))
