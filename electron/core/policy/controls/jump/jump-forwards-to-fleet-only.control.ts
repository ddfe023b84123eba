import type { Fleet } from '#shared/model/fleet.ts'
import type { Citation } from '../../../facts/citation.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { type Scope, scopesOf } from '../ssh/sshd-scopes.ts'

export default defineControl({
  id: 'jump-forwards-to-fleet-only',
  item: 'INF-7',
  severity: 'medium',
  concerns: 'jump',
  title: 'The jump host forwards to the hosts of the fleet only',
  rationale:
    'Whoever may log in to the jump host may forward to every address that it reaches, databases and printers among them. A listening port that a client opens there brings outsiders in the other way.',
  needs: ['sshd', 'sshd-matches'],
  remediation: { template: 'sshd-jump-forwarding' },
  references: ['NIST-800-53:AC-4', 'NIST-800-53:SC-7', 'CIS-8:12.8', 'ISO-27001:A.8.22', 'https://man.openbsd.org/sshd_config#PermitOpen'],
  evaluate: ({ sshd, 'sshd-matches': matches }, { fleet, host }) => {
    const scopes = scopesOf(sshd, matches, keywords)
    const offences = scopes.flatMap((scope) => offencesOf(scope, destinationsOf(fleet, host.name)))
    const base = { subject: 'sshd' }
    const [first] = offences
    if (first !== undefined)
      return [
        {
          ...base,
          status: offences.some(({ match }) => match === undefined) ? 'fail' : 'warning',
          title: first.title,
          reason: `${offences
            .map(({ text, match }) => (match === undefined ? text : `${match}: ${text}`))
            .slice(0, 4)
            .join('; ')}.`,
          hint: 'AllowTcpForwarding local, and PermitOpen with address:22 of each host of the fleet file.',
          cite: offences.slice(0, 6).map(({ cite }) => cite),
        },
      ]
    if (matches.elsewhere.length > 0) {
      const reason = `sshd_config includes ${matches.elsewhere.slice(0, 3).join(', ')}, whose Match blocks were not read.`
      return [
        { ...base, status: 'not-evaluated', title: 'Match blocks of sshd could not be read', reason, cite: [{ section: 'sshd', line: 0 }] },
      ]
    }
    return [sound(scopes)]
  },
})

const keywords = ['allowtcpforwarding', 'permitopen', 'permitlisten', 'disableforwarding'] as const

/** As clients may name them: sshd compares the words of PermitOpen with the words of the request. */
const destinationsOf = ({ hosts, jump }: Fleet, own: string): ReadonlySet<string> =>
  new Set(
    [...hosts, ...jump.filter(({ name }) => name !== own)].flatMap(({ name, address }) => [name.toLowerCase(), address.toLowerCase()]),
  )

interface Offence {
  readonly title: string
  readonly text: string
  readonly match: string | undefined
  readonly cite: Citation
}

function offencesOf(scope: Scope, destinations: ReadonlySet<string>): readonly Offence[] {
  const allowed = scope.setting('allowtcpforwarding')
  if (scope.setting('disableforwarding')?.value.toLowerCase() === 'yes') return []
  const how = allowed?.value.toLowerCase()
  if (how === undefined || how === 'no') return []
  const offences: Offence[] = []
  const offence = (title: string, text: string, expected: string, cite: Citation | undefined) =>
    offences.push({ title, text, match: scope.match, cite: { ...(cite ?? { section: 'sshd', line: 0 }), note: `Expected ${expected}.` } })
  if (how !== 'remote') {
    const open = scope.setting('permitopen')
    const words = (open?.value ?? 'any').split(/\s+/).filter(Boolean)
    const strange = words.filter((word) => word !== 'none' && !destinations.has(hostOf(word)))
    if (words.includes('any'))
      offence(
        'The jump host forwards to anywhere',
        `AllowTcpForwarding is ${how} and PermitOpen any`,
        'PermitOpen with the hosts of the fleet',
        open?.cite ?? allowed?.cite,
      )
    else if (strange.length > 0)
      offence(
        'The jump host forwards beyond the fleet',
        `PermitOpen names ${strange.slice(0, 4).join(', ').slice(0, 160)}, which is no host of the fleet file`,
        'hosts of the fleet only',
        open?.cite,
      )
  }
  if (how !== 'local') {
    const listen = scope.setting('permitlisten')
    if (listen === undefined || listen.value.toLowerCase() !== 'none')
      offence(
        'Clients may open ports on the jump host',
        `AllowTcpForwarding is ${how} and PermitListen ${listen?.value.slice(0, 60) ?? 'is not printed'}`,
        'AllowTcpForwarding local, or PermitListen none',
        allowed?.cite,
      )
  }
  return offences
}

/** `10.20.4.11:22`, `[fd00::1]:22`, `*:22`. */
const hostOf = (word: string): string =>
  word
    .replace(/:(?:\d+|\*)$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()

function sound(scopes: readonly Scope[]): Verdict {
  const all = scopes[0]
  const shown = ['allowtcpforwarding', 'permitopen'].flatMap((keyword) => {
    const setting = all?.setting(keyword)
    return setting ? [{ text: `${keyword} ${setting.value.slice(0, 120)}`, cite: setting.cite }] : []
  })
  const base = { subject: 'sshd', cite: shown.map(({ cite }) => cite) }
  if (all?.setting('allowtcpforwarding') === undefined)
    return {
      ...base,
      status: 'not-evaluated',
      title: 'sshd did not say how it is set',
      reason: 'sshd -T did not print allowtcpforwarding.',
      cite: [{ section: 'sshd', line: 0 }],
    }
  const others = scopes.length > 1 ? '; no Match block opens more' : ''
  return {
    ...base,
    status: 'pass',
    title: 'The jump host forwards to the fleet only',
    reason: `${shown.map(({ text }) => text).join(', ')}${others}.`,
  }
}
