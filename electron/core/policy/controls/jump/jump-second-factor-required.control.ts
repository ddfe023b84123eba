import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Pam } from '../../../facts/pam/pam.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { type Scope, scopesOf } from '../ssh/sshd-scopes.ts'
import { GRACE, SPARES, secondFactorOf } from './pam-stack.ts'

const HOW =
  'AuthenticationMethods publickey,keyboard-interactive:pam, and a module such as pam_google_authenticator.so as "auth required" in /etc/pam.d/sshd.'

export default defineControl({
  id: 'jump-second-factor-required',
  item: 'INF-7',
  severity: 'high',
  concerns: 'jump',
  title: 'The jump host asks everybody for a key and a second factor',
  rationale:
    'Every server trusts whoever comes from the jump host. A key that is copied from one laptop opens all of them, unless something is asked that the laptop does not hold.',
  steps: HOW,
  needs: ['sshd', 'sshd-matches'],
  uses: ['pam'],
  references: [
    'NIST-800-53:IA-2(1)',
    'NIST-800-53:AC-17(3)',
    'CIS-8:6.5',
    'ISO-27001:A.8.5',
    'https://man.openbsd.org/sshd_config#AuthenticationMethods',
  ],
  evaluate: ({ sshd, 'sshd-matches': matches, pam }) => {
    const judged = scopesOf(sshd, matches, [METHODS, 'pubkeyauthoptions', 'pubkeyacceptedalgorithms']).map((scope) =>
      judgeSecondFactor(scope, pam),
    )
    const order = ['fail', 'warning', 'not-evaluated', 'pass'] as const
    const worst = order.map((status) => judged.find((verdict) => verdict.status === status)).find((verdict) => verdict !== undefined)
    const unread = matches.elsewhere.slice(0, 3).join(', ')
    if (worst?.status === 'pass' && unread !== '')
      return [
        {
          ...worst,
          status: 'not-evaluated',
          title: 'Match blocks of sshd could not be read',
          reason: `sshd_config includes ${unread}, which was not read.`,
        },
      ]
    return worst ? [worst] : []
  },
})

const METHODS = 'authenticationmethods'

/** What one set of settings asks of whoever they hold for. */
export function judgeSecondFactor(scope: Scope, pam: FactResult<Pam>): Verdict {
  const methods = scope.setting(METHODS)
  const ways = (methods?.value ?? 'any').toLowerCase().split(/\s+/).filter(Boolean)
  const who = scope.match === undefined ? '' : ` for ${scope.match}`
  const cite: Citation[] = [methods?.cite ?? { section: 'sshd', line: 0 }]
  const verdict = (status: Verdict['status'], title: string, reason: string, more: readonly Citation[] = []): Verdict => ({
    ...{ status, subject: 'sshd', title, reason },
    ...(status !== 'pass' && { hint: HOW }),
    cite: [...cite, ...more],
  })
  const printed = `AuthenticationMethods${who} is ${ways.join(' ').slice(0, 120)}`
  const rest = ways.filter((way) => !hasTwoSteps(way) && !isVerifiedKey(way, scope))
  const single = rest.find((way) => new Set(steps(way)).size < 2)
  if (single !== undefined) {
    const title = scope.match === undefined ? 'One factor is enough on the jump host' : 'A Match block asks for one factor only'
    return verdict(
      scope.match === undefined ? 'fail' : 'warning',
      title,
      `${printed}, so ${single} alone lets somebody in.${pastCommand(scope)}`,
    )
  }
  const keyless = rest.find((way) => !steps(way).includes('publickey'))
  if (keyless !== undefined)
    return verdict('warning', 'Some logins need no key', `${printed}, so ${keyless} lets somebody in without a key.`)
  const [other] = rest
  if (other !== undefined)
    return verdict('not-evaluated', 'What is asked as a second step is not known', `${printed}; what ${other} proves is not modelled.`)
  if (ways.some((way) => way.split(',').includes('password') && !asksPam(way)))
    return verdict(
      'warning',
      'The second step is a password',
      `AuthenticationMethods${who} is ${ways.join(' ').slice(0, 120)}: a password, which is known and reused, not something that a person has.`,
    )
  if (!ways.some(asksPam))
    return verdict('pass', 'A key and a second factor are asked', `AuthenticationMethods${who} is ${ways.join(' ').slice(0, 120)}.`)
  return { ...asked(scope, pam, verdict) }
}

const steps = (way: string): readonly string[] => way.split(',').map((step) => step.replace(/:.*$/, ''))
const asksPam = (way: string): boolean => steps(way).includes('keyboard-interactive')
/** A key, and something else than a key: two keys of one laptop are one factor. */
const hasTwoSteps = (way: string): boolean => {
  const all = steps(way)
  return all.includes('publickey') && all.some((step) => step === 'keyboard-interactive' || step === 'password')
}

/** A hardware key that asks for its PIN or a finger is two factors in one (sshd_config(5), PubkeyAuthOptions verify-required). */
function isVerifiedKey(way: string, scope: Scope): boolean {
  const required =
    scope
      .setting('pubkeyauthoptions')
      ?.value.split(/[\s,]+/)
      .includes('verify-required') ?? false
  const accepted = (scope.setting('pubkeyacceptedalgorithms') ?? scope.setting('pubkeyacceptedkeytypes'))?.value.split(',') ?? []
  return steps(way).includes('publickey') && required && accepted.length > 0 && accepted.every((name) => name.startsWith('sk-'))
}

/** A command that asks for a second factor runs in a session: what is led through the jump host (`ssh -J`, `-W`) opens none (sshd_config(5), ForceCommand; Duo's guide to login_duo). */
function pastCommand(scope: Scope): string {
  const command = /(?:^|[/\s])(login_duo)(?=\s|$)/.exec(scope.setting('forcecommand')?.value ?? '')?.[1]
  return command === undefined ? '' : ` ${command} of ForceCommand asks in a session alone; what is led through (ssh -J) opens none.`
}

/** What keyboard-interactive asks is decided by PAM. */
function asked(
  scope: Scope,
  pam: FactResult<Pam>,
  verdict: (...parts: [Verdict['status'], string, string, (readonly Citation[])?]) => Verdict,
): Verdict {
  const usesPam = scope.setting('usepam')?.value
  if (usesPam !== 'yes')
    return verdict(
      'not-evaluated',
      'What is asked as a second step is not known',
      `UsePAM is ${usesPam ?? 'not printed'}, so something else than PAM answers keyboard-interactive.`,
    )
  const service = scope.setting('pamservicename')?.value ?? 'sshd'
  if (service !== 'sshd')
    return verdict(
      'not-evaluated',
      'What is asked as a second step is not known',
      `sshd asks the PAM service ${service.slice(0, 60)}, which was not read.`,
    )
  if (!pam.known) return verdict('not-evaluated', 'What is asked as a second step is not known', pam.reason)
  const found = pam.value.incomplete === undefined ? secondFactorOf(pam.value) : undefined
  const lines = (modules: readonly { readonly line: number; readonly name: string }[], note?: string): readonly Citation[] =>
    modules.slice(0, 4).map(({ line, name }) => ({ section: 'pam', line, token: name, ...(note !== undefined && { note }) }))
  if (found === undefined)
    return verdict(
      'not-evaluated',
      'What is asked as a second step is not known',
      `The PAM stack of sshd could not be followed: ${pam.value.incomplete ?? 'too many modules are not known'}.`,
      [{ section: 'pam', line: 0 }],
    )
  const names = found.factors.map(({ name }) => name).join(', ')
  if (found.bypass === 'unclear')
    return verdict(
      'not-evaluated',
      'What is asked as a second step is not known',
      'Whether the PAM stack of sshd asks for something that a person has depends on a module that Gatehouse does not know.',
      [{ section: 'pam', line: 0 }],
    )
  if (found.factors.length === 0) {
    // A stack that lets nobody in asks for nothing that could be called a factor either.
    return verdict(
      'fail',
      'The second step is a password',
      'The PAM stack of sshd has no module that asks for something that a person has.',
      [{ section: 'pam', line: 0, note: 'Expected a module for one-time codes or hardware keys.' }],
    )
  }
  if (found.bypass === 'yes')
    return verdict(
      'fail',
      'The second factor can be passed by',
      `The PAM stack of sshd lets somebody in for whom ${names} failed.`,
      lines(found.factors, 'Not required: the stack succeeds without it.'),
    )
  if (found.optionalFor.length > 0)
    return verdict(
      'warning',
      'Accounts without a secret pass the second step',
      `${found.optionalFor.map(({ name, arguments: words }) => `${name} has ${words.find((word) => SPARES.test(word))}`).join(', ')}, so who has not set up a second factor needs none.`,
      lines(found.optionalFor, 'Expected without the word that spares who has set up nothing.'),
    )
  if (found.rarely.length > 0)
    return verdict(
      'warning',
      'The second factor is not asked each time',
      `${found.rarely.map(({ name, arguments: words }) => `${name} has ${words.find((word) => GRACE.test(word))}`).join(', ')}, so for so many seconds after a login the key alone lets in whoever comes from the same address. Expected an hour at most.`,
      lines(found.rarely, 'Expected without grace_period, or with 3600 at most.'),
    )
  const ofDuo = found.factors.every(({ name }) => name === 'pam_duo')
  return verdict(
    'pass',
    'A key and a second factor are asked',
    `AuthenticationMethods asks for a key and for PAM, whose stack lets nobody in without ${names}.${ofDuo ? ' Whom pam_duo lets in while Duo does not answer (failmode, safe unless it says secure) stands in a file of its own, which was not read.' : ''}`,
    lines(found.factors),
  )
}
