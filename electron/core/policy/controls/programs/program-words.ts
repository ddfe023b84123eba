import { type Listener, printBind } from '#shared/model/listener.ts'
import type { Caddy } from '../../../facts/caddy/caddy.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import { setsOpenKey } from '../../../facts/programs/open-key.ts'
import type { Program, ProgramKind } from '../../../facts/programs/programs.ts'
import { credentialsSeen, type Wire } from '../../../facts/wire/wire.ts'
import type { Verdict } from '../../control.ts'
import { ownersHint } from '../inference/service-words.ts'
import { citeRule, knownValue, printRemotes, strangersTo, worst } from '../network/flows.ts'
import { ledByCaddy } from '../proxy/led-by-caddy.ts'
import { type AroundNginx, ledTo, mayBeChosen } from '../proxy/led-by-nginx.ts'
import { unreadProxy } from '../proxy/other-proxies.ts'
import { listed } from '../proxy/proxy-paths.ts'

/** `Jupyter (jupyter.service)`, `Ray (pid 812, user ml)`. */
export const programName = ({ name, unit, container, pids, user }: Program): string =>
  `${name} (${unit ?? container ?? `pid ${pids[0] ?? '?'}, user ${user}`})`

/** Sockets that are not on loopback alone. */
export const exposedBindsOf = (program: Program) => program.binds.filter(({ scope }) => scope !== 'loopback')

/** The addresses that others than this host may reach, as a list in words. */
export const printExposed = (program: Program): string => listed(exposedBindsOf(program).map(printBind))

/** Where it was seen, and its sockets that others may reach; `note` marks these. */
export const citeProgram = (program: Program, note?: string): readonly Citation[] => [
  { section: program.section, line: program.line },
  ...exposedBindsOf(program).map(({ section, line }) => ({ section, line, ...(note !== undefined && { note }) })),
]

/** How it asks, where the key that it takes is one that everybody knows. */
export const openKeyOf = ({ decidedBy = '' }: Program): string | undefined =>
  setsOpenKey(decidedBy) ? `with ${decidedBy}, a key that guides print` : undefined

/** Those of any of these kinds. */
export const ofKinds = (programs: readonly Program[], ...kinds: readonly ProgramKind[]): readonly Program[] =>
  programs.filter(({ kind }) => kinds.includes(kind))

/** The whole answer where a control has nothing to look at. */
export const noneFound = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })

export const containersHint = 'Let the audit account list containers as root; gatehouse sudoers prints the exact lines.'
export const swarmHint = 'See with docker service ls on a manager which services publish, and take out those that nobody needs.'

/** What would show where it listens, by the reason why that is not known. */
const hintFor = (unknown: string): string | undefined => {
  if (unknown.includes('Swarm')) return swarmHint
  if (/published ports could not be read|since the containers are not/.test(unknown)) return containersHint
  return /(?:address|network) of its own|shares the network/.test(unknown) ? undefined : ownersHint
}

/** Where it listens, or where else, is not known, so it cannot be called local. */
const unseen = (program: Program): Verdict => ({
  status: 'not-evaluated',
  subject: program.id,
  title: 'Where it listens could not be seen',
  reason: `${programName(program)} runs, but ${program.bindsUnknown ?? 'its sockets were not found'}.`,
  hint: hintFor(program.bindsUnknown ?? ''),
  cite: citeProgram(program),
})

const isUnseen = (program: Program): boolean => exposedBindsOf(program).length === 0 && program.bindsUnknown !== undefined

/**
 * One verdict for each program of these kinds: `judge` looks at those that others may reach, `led` says of one that is local whether a proxy leads others to it, the rest
 * is settled here.
 */
export function judgeExposed(
  programs: readonly Program[],
  kinds: readonly ProgramKind[],
  none: Verdict,
  judge: (program: Program, exposed: Program['binds']) => Omit<Verdict, 'subject'>,
  led: (program: Program) => Omit<Verdict, 'subject'> | undefined = () => undefined,
): readonly Verdict[] {
  const found = ofKinds(programs, ...kinds)
  if (found.length === 0) return [none]
  return found.map((program) => {
    if (isUnseen(program)) return unseen(program)
    const exposed = exposedBindsOf(program)
    if (exposed.length > 0) return { subject: program.id, ...judge(program, exposed) }
    const proxied = led(program)
    if (proxied) return { subject: program.id, ...proxied }
    const reason = `${programName(program)} opens no port to others.`
    return { status: 'pass', subject: program.id, title: 'The program listens on this machine only', reason, cite: citeProgram(program) }
  })
}

export interface AroundProxies extends AroundNginx {
  readonly caddy: FactResult<Caddy>
  readonly listeners: FactResult<readonly Listener[]>
}

/** A program of this machine that asks nobody, or may have been told to, to which a proxy leads others. */
export function ledByProxy(program: Program, around: AroundProxies): Omit<Verdict, 'subject'> | undefined {
  const usually = program.authentication === 'default'
  if (program.authentication === 'on' || (usually && program.authenticationUnknown === undefined)) return undefined
  const ports = program.binds.map(({ port }) => port)
  const all = [...ledTo(around, { ports }), ...ledByCaddy(around, ports)]
  const ways = all.filter(({ chosen }) => !chosen)
  const open = ways.find(({ login, listed }) => login === 'no' && !listed)
  // What asks as it comes is worth a word where a proxy asks nobody, too.
  if (usually && !open) return undefined
  const unclear = ways.find(({ login }) => login === 'unknown')
  const named = ways.find(({ login }) => login === 'no' || login === 'partly')
  const way = open ?? unclear ?? named
  const chosen = all.find((one) => one.chosen && one.login !== 'yes')
  if (!open && chosen) return mayBeChosen(`${programName(program)} listens on this machine only`, chosen)
  if (!way) return notRead(program, around)
  const where = `${programName(program)} listens on this machine only, and a proxy passes requests on to it at ${way.at.slice(0, 120)}`
  const cite = [way.line, ...citeProgram(program)]
  if (!open && unclear)
    return {
      status: 'not-evaluated',
      title: 'Whether a proxy asks for a login is not known',
      reason: `${where}. What decides who gets there is beyond the model. ${program.danger}`,
      cite,
    }
  if (program.authentication === 'unknown' || usually)
    return {
      status: 'not-evaluated',
      title: 'A proxy leads to it, which may ask nobody',
      reason: `${where} without a login. Whether it asks for credentials itself is not known${program.authenticationUnknown === undefined ? '' : `: ${program.authenticationUnknown}`}. ${program.danger}`,
      cite,
    }
  if (open)
    return {
      status: 'fail',
      title: 'A proxy leads others to it without a login',
      reason: `${where} without a login, ${asksNobody(program)}. ${program.danger}`,
      cite: cite.map((one, at) => (at === 0 ? { ...one, note: 'Expected a login here.' } : one)),
    }
  return {
    status: 'warning',
    severity: 'medium',
    title: 'A proxy leads listed hosts to it, no login',
    reason: `${where}, without a login for the addresses that it lets in, ${asksNobody(program)}. ${program.danger}`,
    cite,
  }
}

const asksNobody = (program: Program): string =>
  openKeyOf(program) === undefined ? 'and it asks nobody itself' : `and it was started ${openKeyOf(program)}`

/** That nothing leads there is known where every proxy was read. */
function notRead(program: Program, around: AroundProxies): Omit<Verdict, 'subject'> | undefined {
  const doubt = unreadProxy(around)
  if (doubt === undefined) return undefined
  return {
    status: 'not-evaluated',
    title: 'Whether a proxy leads to it is not known',
    reason: `${programName(program)} listens on this machine only, and asks nobody who comes through a proxy. What they pass on is not known: ${doubt.why}.`,
    cite: [...citeProgram(program), ...doubt.cite],
  }
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
  if (open) {
    const whom = printRemotes(open)
    return { state: 'open', whom, cite: citeRule(open.by, firewall.value).map((rule) => ({ ...rule, proves: `open to ${whom}` })) }
  }
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
  const authentication = open ? 'none' : 'on'
  return {
    authentication,
    said: ` Asked from ${found.from}, ${found.method} ${found.path} was answered ${found.status}.`,
    cite: [
      {
        section: found.section,
        line: found.line,
        token: String(found.status),
        ...(open && { note: 'Answered without credentials.' }),
        // A jump host to which it once gives no answer changes nothing then.
        ...(authentication === program.authentication && { proves: '' }),
      },
    ],
  }
}
