import type { UnitState } from '#shared/model/operate.ts'

/** What the program said. Lines without the nonce are the login's noise and are left out. */
export interface OperateAnswer {
  readonly ended: boolean
  readonly failed?: string
  /** Exit status of the command that acts. */
  readonly exit?: number
  /** What it said, one line. */
  readonly said: string
  /** Properties that `systemctl show` printed. */
  readonly shown: ReadonlyMap<string, string>
  /** What `inspect` printed of a container. */
  readonly state?: string
  /** Ports that somebody listens on; undefined when the sockets could not be read. */
  readonly listening?: ReadonlySet<number>
}

const MAX_CHARACTERS = 262_144
const MAX_SAID = 400

/** Reads the lines of one program. The host is not trusted: bounded, never throws, takes nothing that it does not know. */
export function readOperateAnswer(text: string, nonce: string): OperateAnswer {
  const shown = new Map<string, string>()
  const said: string[] = []
  let answer: Omit<OperateAnswer, 'said' | 'shown'> = { ended: false }
  let ports: Set<number> | undefined
  for (const line of text.slice(0, MAX_CHARACTERS).split('\n').slice(0, -1)) {
    if (!line.startsWith(`${nonce} `)) continue
    const rest = line.slice(nonce.length + 1)
    const word = /^[a-z]+/.exec(rest)?.[0] ?? ''
    const value = rest.slice(word.length + 1)
    if (word === 'end') answer = { ...answer, ended: true }
    else if (word === 'failed') answer = { ...answer, failed: value.slice(0, MAX_SAID) }
    else if (word === 'exit' && /^\d{1,3}$/.test(value)) answer = { ...answer, exit: Number(value) }
    else if (word === 'state') answer = { ...answer, state: value.slice(0, 1000) }
    else if (word === 'said') said.push(value.trim())
    else if (word === 'sockets') ports ??= new Set()
    else if (word === 'port' && /^[0-9A-F]{4}$/.test(value)) ports?.add(Number.parseInt(value, 16))
    else if (word === 'show') {
      const [, name, content] = /^([A-Za-z]{1,40})=(.*)$/.exec(value) ?? []
      if (name !== undefined && content !== undefined && !shown.has(name)) shown.set(name, content.slice(0, MAX_SAID))
    }
  }
  const words = said
    .filter((line) => line !== '')
    .join(' ')
    .slice(0, MAX_SAID)
  return { ...answer, said: words, shown, ...(ports && { listening: ports }) }
}

/** How a unit stands. Undefined when it was not said whole. `ports` are those of the last look. */
export function unitStateOf({ ended, shown, listening }: OperateAnswer, ports: readonly number[]): UnitState | undefined {
  const activeState = shown.get('ActiveState')
  if (!ended || activeState === undefined) return undefined
  const pid = shown.get('MainPID') ?? ''
  return {
    activeState,
    subState: shown.get('SubState') ?? '',
    mainPid: /^\d{1,9}$/.test(pid) ? Number(pid) : 0,
    invocation: /^[0-9a-f]{32}$/.test(shown.get('InvocationID') ?? '') ? (shown.get('InvocationID') ?? '') : '',
    result: shown.get('Result') ?? '',
    unitFileState: shown.get('UnitFileState') ?? '',
    job: /^[1-9]/.test(shown.get('Job') ?? ''),
    triggeredBy: shown.get('TriggeredBy') ?? '',
    listening: listening === undefined ? null : ports.filter((port) => listening.has(port)),
  }
}
