import type { UnitState } from '#shared/model/operate.ts'
import type { OperateAnswer } from './operate-answer.ts'

/** What a look says of a container: how it stands, and why it is not operated from here. */
export interface ContainerLook {
  readonly state: UnitState
  readonly refused?: string | undefined
}

/** Words of Docker and of Podman (`docker container ls --filter status=`, podman-ps(1)) as systemd would say them. */
const activeStates: Readonly<Record<string, UnitState['activeState']>> = {
  ...{ running: 'active', paused: 'paused', restarting: 'activating', stopping: 'deactivating', removing: 'deactivating' },
  ...{ created: 'inactive', configured: 'inactive', initialized: 'inactive', exited: 'inactive', stopped: 'inactive', dead: 'failed' },
}
/** A program that a stop ended is none that failed: 128 + SIGTERM, 128 + SIGKILL. */
const endedBySignal = [137, 143]

/** Reads the line of `STATE_FIELDS`. Undefined when it was not said whole, or in words that are not known. `ports` are those of the last look. Pure, never throws. */
export function containerLookOf({ ended, state: said, listening }: OperateAnswer, ports: readonly number[]): ContainerLook | undefined {
  const [status = '', pid = '', exit = '', policy = '', autoRemove = '', startedAt = '', ...label] = said?.split('|') ?? []
  const activeState = Object.hasOwn(activeStates, status) ? activeStates[status] : undefined
  if (!ended || activeState === undefined || !/^\d{1,9}$/.test(pid) || !/^-?\d{1,10}$/.test(exit)) return undefined
  if (!/^(?:true|false)$/.test(autoRemove) || label.length === 0) return undefined
  const code = Number(exit)
  const failed = activeState === 'inactive' && code !== 0 && !endedBySignal.includes(code)
  const unit = label.join('|').trim()
  const always = policy === 'always'
  return {
    state: {
      activeState: failed ? 'failed' : activeState,
      subState: status === 'restarting' ? 'auto-restart' : status,
      mainPid: activeState === 'active' || activeState === 'paused' ? Number(pid) : 0,
      invocation: activeState === 'active' ? startedAt.slice(0, 80) : '',
      result: `exit code ${code}`,
      unitFileState: always ? 'restart=always' : '',
      job: activeState === 'deactivating',
      triggeredBy: '',
      listening: listening === undefined ? null : ports.filter((port) => listening.has(port)),
    },
    ...refusalOf(unit, autoRemove === 'true', activeState),
  }
}

function refusalOf(unit: string, autoRemove: boolean, activeState: string): Pick<ContainerLook, 'refused'> {
  if (unit !== '') return { refused: `the unit ${unit.slice(0, 200)} runs it and would start it again: operate the unit` }
  if (autoRemove) return { refused: 'it was started with --rm: once stopped it is gone, and nobody can start it again' }
  if (activeState === 'paused') return { refused: 'it is paused: whoever paused it on the host ends that first' }
  return {}
}
