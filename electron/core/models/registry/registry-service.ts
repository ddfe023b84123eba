import { randomUUID } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { Registration, RegistrationStep, StepRequest } from '#shared/model/model-registration.ts'
import type { Publisher, PublisherChange } from '#shared/model/publisher.ts'
import { type StepName, stepsFrom } from '#shared/model/registration-state.ts'
import { contentOfRegistration, lastStep, stateOf } from '#shared/model/registration-steps.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Clock } from '../../ports.ts'
import type { ModelRepo } from '../../store/model.repo.ts'
import type { RegistrationRepo } from '../../store/registration.repo.ts'
import type { ModelService } from '../model-service.ts'
import { hashBook } from '../verify-model.ts'
import { contentOf } from './content.ts'
import { publishersAfter } from './publishers.ts'
import { reviewOf } from './review.ts'

export interface RegistryServicePorts {
  readonly clock: Clock
  readonly repo: RegistrationRepo
  readonly models: Pick<ModelService, 'files'>
  readonly inventory: Pick<ModelRepo, 'models' | 'files' | 'hashes'>
  readonly ledger: Pick<Ledger, 'append'>
  /** Account of the person at this console. */
  readonly by: string
  readonly changed: (event: 'models:changed') => void
}

/**
 * How models get into production: request, security review, isolated test, approval, deployment. Each step is in the ledger before it counts.
 * All throw `registry.not-found` and `registry.wrong-step`; what they record comes back with the whole registration.
 */
export interface RegistryService {
  list(fleet: Fleet): Registration[]
  /** Throws `registry.not-found`. */
  get(fleet: Fleet, id: string): Registration
  request(fleet: Fleet, request: StepRequest<'request'>): Registration
  /** Binds the registration to the bytes on `host`. Throws `registry.not-sound`, `registry.note-needed`. */
  review(fleet: Fleet, request: StepRequest<'review'>): Registration
  test(fleet: Fleet, request: StepRequest<'test'>): Registration
  /** Supersedes what was approved under the same name before. Its caller has just taken a code (core/step-up). Throws `registry.four-eyes`. */
  approve(fleet: Fleet, request: StepRequest<'approve'>): Registration
  reject(fleet: Fleet, request: StepRequest<'end'>): Registration
  revoke(fleet: Fleet, request: StepRequest<'end'>): Registration
  /** Records that it was put on a host. */
  deployed(fleet: Fleet, id: string, host: string, path: string, detail: string): Registration
  publishers(): Publisher[]
  publisherChanges(): PublisherChange[]
  changePublisher(change: Omit<PublisherChange, 'by' | 'at'>): Publisher[]
}

/**
 * Steps are only ever added: the state of a registration is what its steps make of it, and each is in the ledger. Throws `registry.wrong-step`
 * for one that is not due.
 */
export function createRegistryService(ports: RegistryServicePorts): RegistryService {
  const { clock, repo, models, inventory, ledger, by, changed } = ports
  const written = () => ({ at: new Date(clock.now()).toISOString(), account: by })

  function get(fleet: Fleet, id: string): Registration {
    const found = repo.list(fleet.name).find((registration) => registration.id === id)
    if (!found) throw new GatehouseError({ code: 'registry.not-found', detail: id })
    return found
  }

  /** The registration, when this step is due. */
  function due(fleet: Fleet, id: string, step: StepName): Registration {
    const registration = get(fleet, id)
    const state = stateOf(registration)
    if (!stepsFrom[step].includes(state))
      throw new GatehouseError({ code: 'registry.wrong-step', detail: `${registration.model} is ${state}; it cannot be ${step} now` })
    return registration
  }

  function record(fleet: Fleet, registration: Pick<Registration, 'id' | 'model' | 'steps'>, step: RegistrationStep): Registration {
    const after = { ...registration, steps: [...registration.steps, step] }
    const content = contentOfRegistration(after)
    ledger.append({
      action: `model.${step.step}`,
      host: 'host' in step ? step.host : '',
      subject: registration.id,
      detail: `${registration.model}: ${stepWords(step)}`.slice(0, 4000),
      ...(content && { digests: { content: content.key } }),
    })
    repo.add(fleet.name, registration.id, registration.model, step)
    changed('models:changed')
    return after
  }

  const requireHosts = (fleet: Fleet, hosts: readonly string[]) => {
    const stranger = hosts.find((name) => !fleet.hosts.some((host) => host.name === name))
    if (stranger !== undefined) throw new GatehouseError({ code: 'fleet.no-host', detail: `no host is named ${stranger}` })
  }

  const end =
    (step: 'rejected' | 'revoked') =>
    (fleet: Fleet, { id, name, reason }: StepRequest<'end'>) =>
      record(fleet, due(fleet, id, step), { ...written(), step, name, reason })

  return {
    list: (fleet) => repo.list(fleet.name),
    get,
    request(fleet, { model, ...request }) {
      requireHosts(fleet, request.hosts)
      return record(fleet, { id: randomUUID(), model, steps: [] }, { ...written(), step: 'requested', ...request })
    },
    review(fleet, { id, host, name, note }) {
      const registration = due(fleet, id, 'reviewed')
      const refuse = (detail: string) => new GatehouseError({ code: 'registry.not-sound', detail, host })
      const found = inventory.models(fleet.name).filter((it) => it.host === host && it.name === registration.model)
      const [model] = found
      if (!model) throw refuse(`no model named ${registration.model} was listed there`)
      if (found.length > 1)
        throw refuse(`${found.length} models there are named ${registration.model}: ${found.map(({ path }) => path).join(', ')}`)
      const content = contentOf(inventory.files(fleet.name, host, model.id), hashBook(inventory.hashes(fleet.name, host)))
      const source = lastStep(registration, 'requested')?.source ?? ''
      const { checks, scan, obstacles } = reviewOf(
        model,
        models.files(fleet, host, model.id),
        source,
        publishersAfter(repo.publisherChanges()),
      )
      if (obstacles.length > 0) throw refuse(obstacles.join('; '))
      if (content === undefined) throw refuse('not every file has a SHA-256')
      const open = checks.filter(({ ok }) => !ok)
      if (open.length > 0 && note === '')
        throw new GatehouseError({ code: 'registry.note-needed', detail: open.map(({ detail }) => detail).join('; '), host })
      return record(fleet, registration, {
        ...written(),
        step: 'reviewed',
        name,
        host,
        path: model.path,
        kind: model.kind,
        content,
        scan,
        checks: [...checks],
        note,
      })
    },
    test: (fleet, { id, ...request }) => record(fleet, due(fleet, id, 'tested'), { ...written(), step: 'tested', ...request }),
    approve(fleet, { id, ...request }) {
      const registration = due(fleet, id, 'approved')
      requireHosts(fleet, request.hosts)
      const requester = lastStep(registration, 'requested')?.name ?? ''
      const alone = samePerson(requester, request.name)
      if (alone && fleet.policy.fourEyes) throw new GatehouseError({ code: 'registry.four-eyes', detail: `${requester} requested it` })
      const approved = record(fleet, registration, { ...written(), step: 'approved', ...request, alone, secondFactor: true })
      for (const other of repo.list(fleet.name))
        if (other.id !== id && other.model === registration.model && stateOf(other) === 'approved')
          record(fleet, other, { ...written(), step: 'superseded', successor: id })
      return approved
    },
    reject: end('rejected'),
    revoke: end('revoked'),
    deployed: (fleet, id, host, path, detail) =>
      record(fleet, due(fleet, id, 'deployed'), { ...written(), step: 'deployed', host, path, detail }),
    publishers: () => publishersAfter(repo.publisherChanges()),
    publisherChanges: () => repo.publisherChanges(),
    changePublisher(change) {
      ledger.append({
        action: `publisher.${change.change}`,
        host: '',
        subject: `${change.site}/${change.account}`,
        detail: `${change.name}: ${change.reason}`,
      })
      const { at, account } = written()
      repo.changePublisher({ ...change, by: account, at })
      return publishersAfter(repo.publisherChanges())
    },
  }
}

/** One line for the ledger. */
function stepWords(step: RegistrationStep): string {
  switch (step.step) {
    case 'requested':
      return `requested by ${step.name} from ${step.source} for ${step.purpose}`
    case 'reviewed':
      return `reviewed by ${step.name} on ${step.host}: ${step.checks.map(({ check, ok }) => `${check} ${ok ? 'holds' : 'accepted'}`).join(', ')}`
    case 'tested':
      return `tested by ${step.name} on ${step.where}: ${step.passed ? 'passed' : 'failed'}, ${step.result}`
    case 'approved':
      return `approved by ${step.name}${step.alone ? ', who requested it' : ''} for ${step.tiers.join(', ')} on ${step.hosts.join(', ')}${step.secondFactor ? '' : ', without a second factor'}`
    case 'deployed':
      return `deployed to ${step.host}:${step.path}, ${step.detail}`
    case 'superseded':
      return `superseded by ${step.successor}`
    default:
      return `${step.step} by ${step.name}: ${step.reason}`
  }
}

/** Two names of one person, as people type them. */
const samePerson = (one: string, other: string): boolean => normal(one) === normal(other)
const normal = (name: string): string => name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()
