import { createHash, randomBytes } from 'node:crypto'
import { posix } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import { type Fleet, type Host, modelPathsOf } from '#shared/model/fleet.ts'
import type { Quarantined } from '#shared/model/quarantined.ts'
import type { Ledger } from '../../../audit/ledger/ledger.ts'
import type { Clock, Transport } from '../../../ports.ts'
import { changeIdentityOf } from '../../../push/push-service.ts'
import type { RegistrationRepo } from '../../../store/registration.repo.ts'
import { readDeployAnswer } from '../deploy/deploy-answer.ts'
import { type QuarantineTarget, quarantineProgram } from './quarantine-program.ts'

const TIMEOUT_MS = 120_000

export interface QuarantinePorts {
  readonly clock: Clock
  readonly repo: Pick<RegistrationRepo, 'quarantined' | 'quarantine' | 'release'>
  readonly ledger: Pick<Ledger, 'append'>
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

export function createQuarantineService({ clock, repo, ledger, by, changed }: QuarantinePorts): QuarantineService {
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
      const { host, root } = placeOf(fleet, name, path)
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
      const { host } = placeOf(fleet, found.host, found.path)
      ledger.append({ action: 'model.release', host: found.host, subject: id, detail: found.path })
      await run(fleet, transport, host, 'back', found, signal)
      repo.release(fleet.name, id, new Date(clock.now()).toISOString())
      changed('models:changed')
    },
  }
}

/** The model directory that holds a file. Throws `quarantine.not-possible` for a path that is below none. */
function placeOf(fleet: Fleet, name: string, path: string): { readonly host: Host; readonly root: string } {
  const refuse = (detail: string) => new GatehouseError({ code: 'quarantine.not-possible', detail, host: name })
  const host = fleet.hosts.find((it) => it.name === name)
  if (!host) throw refuse('no such host is in the fleet file')
  const root = modelPathsOf(fleet, host).find((it) => path.startsWith(`${it}/`))
  const safe = /^[^\p{Cc}]+$/u.test(path) && posix.normalize(path) === path && !path.endsWith('/')
  if (root === undefined || !safe) throw refuse(`${path} is not below the modelPaths of the fleet file`)
  return { host, root }
}
