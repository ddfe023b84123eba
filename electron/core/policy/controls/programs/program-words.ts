import { printBind } from '#shared/model/listener.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Program, ProgramKind } from '../../../facts/programs/programs.ts'
import { credentialsSeen, type Wire } from '../../../facts/wire/wire.ts'
import type { Verdict } from '../../control.ts'
import { citeRule, knownValue, printRemotes, strangersTo, worst } from '../network/flows.ts'
import { listed } from '../proxy/proxy-paths.ts'

/** `Jupyter (jupyter.service)`, `Ray (pid 812, user ml)`. */
export const programName = ({ name, unit, container, pids, user }: Program): string =>
  `${name} (${unit ?? container ?? `pid ${pids[0] ?? '?'}, user ${user}`})`

export const exposedBindsOf = (program: Program) => program.binds.filter(({ scope }) => scope !== 'loopback')

export const printExposed = (program: Program): string => listed(exposedBindsOf(program).map(printBind))

export const citeProgram = (program: Program, note?: string): readonly Citation[] => [
  { section: program.section, line: program.line },
  ...exposedBindsOf(program).map(({ section, line }) => ({ section, line, ...(note !== undefined && { note }) })),
]

export const ofKinds = (programs: readonly Program[], ...kinds: readonly ProgramKind[]): readonly Program[] =>
  programs.filter(({ kind }) => kinds.includes(kind))

export const noneFound = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })

/** Where it listens, or where else, is not known, so it cannot be called local. */
const unseen = (program: Program): Verdict => ({
  status: 'not-evaluated',
  subject: program.id,
  title: 'Where it listens could not be seen',
  reason: `${programName(program)} runs, but ${program.bindsUnknown ?? 'its sockets were not found'}.`,
  hint: 'Let the audit account run ss as root; gatehouse sudoers prints the exact line.',
  cite: citeProgram(program),
})

const isUnseen = (program: Program): boolean => exposedBindsOf(program).length === 0 && program.bindsUnknown !== undefined

/** One verdict for each program of these kinds: `judge` looks at those that others may reach, local and unseen ones are settled here. */
export function judgeExposed(
  programs: readonly Program[],
  kinds: readonly ProgramKind[],
  none: Verdict,
  judge: (program: Program, exposed: Program['binds']) => Omit<Verdict, 'subject'>,
): readonly Verdict[] {
  const found = ofKinds(programs, ...kinds)
  if (found.length === 0) return [none]
  return found.map((program) => {
    if (isUnseen(program)) return unseen(program)
    const exposed = exposedBindsOf(program)
    if (exposed.length > 0) return { subject: program.id, ...judge(program, exposed) }
    const reason = `${programName(program)} opens no port to others.`
    return { status: 'pass', subject: program.id, title: 'The program listens on this machine only', reason, cite: citeProgram(program) }
  })
}

export interface Surroundings {
  readonly firewall: FactResult<Firewall>
  readonly network: FactResult<Network>
}

/** Who gets to its ports beyond `allowed`, by the rules of the host: `closed` to all, `open` with whom, or `unknown`. */
export function openTo(
  binds: readonly { readonly address: string; readonly port: number; readonly protocol?: 'tcp' | 'udp' }[],
  { firewall, network }: Surroundings,
  allowed: readonly string[],
): { readonly state: 'closed' | 'open' | 'unknown'; readonly whom: string; readonly cite: readonly Citation[] } {
  if (!firewall.known) return { state: 'unknown', whom: firewall.reason, cite: [] }
  const strangers = binds.map(({ address, port, protocol = 'tcp' }) =>
    strangersTo(firewall.value, knownValue(network), { direction: 'in', protocol, port, address }, allowed),
  )
  const open = worst(strangers.flatMap(({ accepted }) => accepted))
  if (open) return { state: 'open', whom: printRemotes(open), cite: citeRule(open.by, firewall.value) }
  const doubt = strangers.flatMap(({ undetermined }) => undetermined)[0]
  if (doubt)
    return {
      state: 'unknown',
      whom: doubt.roundabout ? `it hangs on what the network of ${doubt.interface} brings` : 'it hangs on a rule that is not modelled',
      cite: citeRule(doubt.doubtBy ?? doubt.by, firewall.value),
    }
  return { state: 'closed', whom: '', cite: [{ section: firewall.value.section, line: firewall.value.line }] }
}

export interface Heard {
  readonly authentication: Program['authentication']
  /** What was asked and answered, for people. */
  readonly said: string
  readonly cite: readonly Citation[]
}

/** What it answered over the network, when it was asked, beats what its flags say. */
export function heardFrom(program: Program, wire: FactResult<Wire>): Heard {
  const ports = exposedBindsOf(program).map(({ port }) => port)
  const asked = (wire.known ? wire.value.endpoints : []).filter(({ port, tcp }) => tcp === 'connected' && ports.includes(port))
  const answers = asked.flatMap(({ from, section, answers: all }) => all.map((answer) => ({ from, section, ...answer })))
  const open = answers.find((answer) => credentialsSeen(answer) === 'none')
  const demanded = program.otherDoor ? undefined : answers.find((answer) => credentialsSeen(answer) === 'demanded')
  const found = open ?? demanded
  if (found === undefined) return { authentication: program.authentication, said: '', cite: [] }
  return {
    authentication: open ? 'none' : 'on',
    said: ` Asked from ${found.from}, ${found.method} ${found.path} was answered ${found.status}.`,
    cite: [
      { section: found.section, line: found.line, token: String(found.status), ...(open && { note: 'Answered without credentials.' }) },
    ],
  }
}
