import { join } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import { type Fleet, type Host, modelPathsOf } from '#shared/model/fleet.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { contentOfRegistration, lastStep } from '#shared/model/registration-steps.ts'
import { changeIdentityOf } from '../../../fleet/named-host.ts'
import { isWithin } from '../../../is-within.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { Clock, Transport } from '../../../ports.ts'
import { openFile } from '../../file-source.ts'
import type { ModelRun } from '../../model-jobs.ts'
import type { ModelService } from '../../model-service.ts'
import { approvalOf } from '../place-approval.ts'
import type { RegistryService } from '../registry-service.ts'
import { type BlobSource, hostBlobs, localBlobs, storeBlob } from './blob-source.ts'
import { deployToHost } from './deploy-host.ts'
import { manifestName, targetOf } from './deploy-target.ts'
import { runDeployStep } from './run-deploy-step.ts'

export interface DeployServicePorts {
  readonly clock: Clock
  readonly registry: RegistryService
  readonly models: ModelService
  readonly ledger: Pick<Ledger, 'append'>
}

export interface DeployRequest {
  readonly id: string
  readonly hosts: readonly string[]
  /** Model directory on the hosts; the first of the fleet file when left out. */
  readonly root?: string | undefined
  /** `user` or `user:group`; empty takes that of the model directory. */
  readonly owner: string
}

/** Puts approved models on hosts, out of the registry and from nowhere else. */
export interface DeployService {
  /** Throws `registry.wrong-step`, `registry.not-approved`, `registry.not-deployable`, `models.running`. One host after the other would wait; they run side by side. */
  start(fleet: Fleet, transport: Transport, request: DeployRequest): ModelRun
  /** Takes away what a deployment that is not to be finished left on a host. */
  discard(fleet: Fleet, transport: Transport, request: DeployRequest, signal: AbortSignal): Promise<void>
  /** Copies the approved files out of a folder (or one file) on this computer into the registry there. Returns how many. */
  store(fleet: Fleet, id: string, from: string, signal: AbortSignal): Promise<number>
}

/** The registry lies on this computer, or on the host that the fleet file names: then its bytes pass through this computer to the others. */
export function createDeployService({ clock, registry, models, ledger }: DeployServicePorts): DeployService {
  const registryOf = (fleet: Fleet) => {
    if (fleet.registry === undefined) throw new GatehouseError({ code: 'registry.not-stored', detail: 'the fleet file names no registry' })
    return fleet.registry
  }

  async function sourceOf(fleet: Fleet, transport: Transport, signal: AbortSignal): Promise<BlobSource> {
    const { host: name, path } = registryOf(fleet)
    const host = fleet.hosts.find((it) => it.name === name)
    return host ? hostBlobs(await transport.connect(host, { signal, bulk: true }), path, signal) : localBlobs(path)
  }

  function plan(fleet: Fleet, host: Host, registration: Registration, { root, owner }: DeployRequest) {
    const path = root ?? modelPathsOf(fleet, host)[0]
    if (path === undefined || !modelPathsOf(fleet, host).some((it) => isWithin(path, it)))
      throw new GatehouseError({
        code: 'registry.not-deployable',
        detail: `${path ?? 'no folder'} is not below the modelPaths of the fleet file`,
        host: host.name,
      })
    const identity = changeIdentityOf(fleet, host)
    return { target: targetOf(registration, path, owner), identity, changing: { ...host, identity } }
  }

  return {
    start(fleet, transport, request) {
      const registration = registry.get(fleet, request.id)
      registryOf(fleet)
      if (request.hosts.length === 0) throw new GatehouseError({ code: 'fleet.no-host', detail: 'no host is named' })
      for (const host of fleet.hosts.filter(({ name }) => request.hosts.includes(name))) {
        requireApproval(fleet, host.name, registration)
        plan(fleet, host, registration, request)
      }
      return models.run(fleet, request.hosts, 'deploy', async (host, onProgress, signal) => {
        const { target, identity, changing } = plan(fleet, host, registration, request)
        const content = contentOfRegistration(registration)?.key ?? ''
        ledger.append({
          ...{ action: 'model.deploy', host: host.name, subject: registration.id },
          ...{ detail: `${registration.model} to ${target.root}/${target.name}`, digests: { content } },
        })
        onProgress({ stage: 'connecting' })
        const source = await sourceOf(fleet, transport, signal)
        try {
          const connect = (until: AbortSignal) => transport.connect(changing, { signal: until, bulk: true })
          await deployToHost({ target, source, connect, user: identity.user, signal, now: clock.now, onProgress })
        } finally {
          source.close()
        }
        const bytes = target.files.reduce((sum, file) => sum + file.bytes, 0)
        registry.deployed(
          fleet,
          registration.id,
          host.name,
          join(target.root, target.name),
          `${target.files.length} files, ${bytes} bytes, each hashed on the host`,
        )
      })
    },
    async discard(fleet, transport, request, signal) {
      const registration = registry.get(fleet, request.id)
      for (const host of fleet.hosts.filter(({ name }) => request.hosts.includes(name))) {
        const { target, identity, changing } = plan(fleet, host, registration, request)
        const session = await transport.connect(changing, { signal })
        try {
          await runDeployStep({ session, target, user: identity.user, signal }, 'clear')
        } finally {
          session.close()
        }
      }
    },
    async store(fleet, id, from, signal) {
      const registration = registry.get(fleet, id)
      const { host, path } = registryOf(fleet)
      if (host !== undefined)
        throw new GatehouseError({
          code: 'registry.not-stored',
          detail: `the registry is on ${host}; only one on this computer is filled from here`,
        })
      const content = contentOfRegistration(registration)
      if (content === undefined)
        throw new GatehouseError({ code: 'registry.wrong-step', detail: `${registration.model} was not reviewed yet` })
      for (const { name, sha256 } of content.files) {
        const source = await openFile(pathInStore(registration, from, name, sha256))
        try {
          await storeBlob(path, source, sha256, signal)
        } finally {
          await source.close()
        }
      }
      return content.files.length
    },
  }
}

/** What is deployed must be approved for that host, by the rules of the moment. */
function requireApproval(fleet: Fleet, host: string, registration: Registration): void {
  const place = { host, name: registration.model, kind: lastStep(registration, 'reviewed')?.kind ?? 'directory' }
  const { approval } = approvalOf(place, contentOfRegistration(registration), [registration], fleet.policy)
  if (approval !== 'approved' && approval !== 'approved-alone')
    throw new GatehouseError({ code: 'registry.not-approved', detail: `${registration.model} on ${host} is ${approval}`, host })
}

/** Where a file lies in a copy of the model on this computer: below its folder, the file itself, or in a store of Ollama. */
function pathInStore(registration: Registration, from: string, name: string, sha256: string): string {
  const reviewed = lastStep(registration, 'reviewed')
  if (reviewed?.kind === 'file') return from
  if (reviewed?.kind !== 'ollama') return join(from, name)
  return join(from, name === 'manifest' ? (manifestName(reviewed.path) ?? name) : `blobs/sha256-${sha256}`)
}
