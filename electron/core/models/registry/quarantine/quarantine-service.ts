import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import { type Fleet, type Host, modelPathsOf } from '#shared/model/fleet.ts'
import type { Quarantined } from '#shared/model/quarantined.ts'
import { changeIdentityOf } from '../../../fleet/named-host.ts'
import type { Ledger } from '../../../ledger/ledger.ts'
import type { Clock, Transport } from '../../../ports.ts'
import type { ModelRepo } from '../../../store/model.repo.ts'
import type { RegistrationRepo } from '../../../store/registration.repo.ts'
import { readDeployAnswer } from '../deploy/deploy-answer.ts'
import { type QuarantineTarget, quarantineProgram } from './quarantine-program.ts'

const TIMEOUT_MS = 120_000

export interface QuarantinePorts {
  readonly clock: Clock
  readonly repo: Pick<RegistrationRepo, 'quarantined' | 'quarantine' | 'release'>
  readonly ledger: Pick<Ledger, 'append'>
  /** Newest inventory. */
  readonly models: Pick<ModelRepo, 'listings' | 'models' | 'files'>
  /** Account of the person at this console. */
  readonly by: string
  readonly changed: (event: 'models:changed') => void
}

/** Moves a file out of the reach of every server, and back. Both are in the ledger before they are done. */
export interface QuarantineService {
  /** What lies in quarantine, as far as this console put it there. */
  list(fleet: Fleet): Quarantined[]
  /** Rejects with `quarantine.not-possible`, or why the host was not reached. */
  take(
    fleet: Fleet,
    transport: Transport,
    request: { readonly host: string; readonly path: string; readonly reason: string },
    signal: AbortSignal,
  ): Promise<Quarantined>
  /** Puts it back with its owner and mode. Never over something else. */
  release(fleet: Fleet, transport: Transport, id: string, signal: AbortSignal): Promise<void>
}

/** Moves by a rename on the host, with the account that the fleet file names for changes. */
export function createQuarantineService({ clock, repo, ledger, models, by, changed }: QuarantinePorts): QuarantineService {
  async function run(
    fleet: Fleet,
    transport: Transport,
    host: Host,
    way: 'take' | 'back',
    target: QuarantineTarget,
    signal: AbortSignal,
  ): Promise<void> {
    const identity = changeIdentityOf(fleet, host)
    const nonce = randomBytes(16).toString('hex')
    const session = await transport.connect({ ...host, identity }, { signal })
    let text = ''
    try {
      await session.exec(identity.user === 'root' ? '/bin/sh' : 'sudo -n /bin/sh', {
        stdin: quarantineProgram(way, target, nonce),
        timeoutMs: TIMEOUT_MS,
        signal,
        onStdout: (chunk) => {
          text += chunk.toString('utf8')
          return text.length < 65_536
        },
      })
    } finally {
      session.close()
    }
    const { ended, failed } = readDeployAnswer(text, nonce)
    if (ended) return
    const detail = failed ? `${failed.code} ${failed.detail}`.trim() : `sudo -n /bin/sh as ${identity.user} said nothing`
    throw new GatehouseError({ code: 'quarantine.not-possible', detail, host: host.name })
  }

  return {
    list: (fleet) => repo.quarantined(fleet.name),
    async take(fleet, transport, { host: name, path, reason }, signal) {
      const { host, root } = placeOf(models, fleet, name, path)
      const id = createHash('sha256').update(`${name}\0${path}`).digest('hex').slice(0, 32)
      ledger.append({ action: 'model.quarantine', host: name, subject: id, detail: `${path}: ${reason}`.slice(0, 4000) })
      await run(fleet, transport, host, 'take', { root, path, id }, signal)
      const taken: Quarantined = { id, host: name, path, root, reason, at: new Date(clock.now()).toISOString(), by }
      repo.quarantine(fleet.name, taken)
      changed('models:changed')
      return taken
    },
    async release(fleet, transport, id, signal) {
      const found = repo.quarantined(fleet.name).find((it) => it.id === id)
      if (!found) throw new GatehouseError({ code: 'quarantine.not-possible', detail: `nothing with the id ${id} is in quarantine` })
      const host = hostOf(fleet, found.host)
      ledger.append({ action: 'model.release', host: found.host, subject: id, detail: found.path })
      await run(fleet, transport, host, 'back', found, signal)
      repo.release(fleet.name, id, new Date(clock.now()).toISOString())
      changed('models:changed')
    },
  }
}

const refusal = (host: string, detail: string) => new GatehouseError({ code: 'quarantine.not-possible', detail, host })

function hostOf(fleet: Fleet, name: string): Host {
  const host = fleet.hosts.find((it) => it.name === name)
  if (!host) throw refusal(name, 'no such host is in the fleet file')
  return host
}

/**
 * The model directory that holds a file: one of the fleet file, or one that was listed because servers use it, for a file of a model that was found there.
 * The host checks that no link leads to it. Throws `quarantine.not-possible` for any other path.
 */
function placeOf(
  models: QuarantinePorts['models'],
  fleet: Fleet,
  name: string,
  path: string,
): { readonly host: Host; readonly root: string } {
  const host = hostOf(fleet, name)
  const holds = (directory: string) => path.startsWith(`${directory}/`)
  const isFound = () =>
    models
      .models(fleet.name)
      .some(
        (model) =>
          model.host === name &&
          models.files(fleet.name, name, model.id).some(({ file }) => file.path === path && file.pathBytes === undefined),
      )
  const listed = models.listings(fleet.name).find((it) => it.host === name)?.roots ?? []
  const found = listed.find((it) => it.origin !== 'declared' && holds(it.path))?.path
  const root = modelPathsOf(fleet, host).find(holds) ?? (found !== undefined && isFound() ? found : undefined)
  const safe = /^[^\p{Cc}]+$/u.test(path) && posix.normalize(path) === path && !path.endsWith('/')
  if (root === undefined || !safe)
    throw refusal(name, `${path} is not below the modelPaths of the fleet file, and no model found where servers look`)
  return { host, root }
}
