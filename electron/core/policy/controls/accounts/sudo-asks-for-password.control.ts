import { accessFactIds } from '../../../access/access-facts.ts'
import { givesRoot } from '../../../access/escapes.ts'
import { rulesWithoutPassword } from '../../../access/host-access.ts'
import { programOf } from '../../../access/sudo-ways.ts'
import { known } from '../../../facts/fact.ts'
import type { SudoMember, SudoRule } from '../../../facts/privileged/privileged.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { holdersOf } from './group-holders.ts'
import { longTickets } from './sudo-tickets.ts'

export default defineControl({
  id: 'sudo-asks-for-password',
  item: 'INF-5',
  severity: 'high',
  title: 'Nobody becomes root through sudo without a password',
  rationale:
    'With NOPASSWD a stolen key or an open session is root at once, without a second factor. The account that changes this host for Gatehouse is left out: it is named in the fleet file and used only while a push runs. It stands beside the service account, because root gets past it.',
  steps: 'Take NOPASSWD and !authenticate out of the rule, or let it name exact commands that start nothing else.',
  needs: ['sudoers'],
  uses: ['accounts', ...accessFactIds.filter((id) => id !== 'sudoers')],
  references: ['NIST-800-53:AC-6(5)', 'NIST-800-53:IA-11', 'CIS-8:5.4', 'ISO-27001:A.8.2'],
  evaluate: (facts, { fleet, host, now }): readonly Verdict[] => {
    const { sudoers, accounts } = facts
    const change = (host.changeIdentity ?? fleet.identities.change)?.user
    const open = sudoers.rules.filter(
      (rule) =>
        rule.noPassword &&
        rule.asRoot &&
        !rule.negated &&
        (rule.setEnv || givesRoot(rule.command, rule.noExec)) &&
        rule.user !== 'root' &&
        rule.user !== change,
    )
    const asked = open.map((rule) => ({ rule, holders: holdersOf(rule.user, sudoers, accounts, ['root', change]) }))
    const byUser = new Map<string, SudoRule[]>()
    for (const { rule, holders } of asked) if (holders === 'some') byUser.set(rule.user, [...(byUser.get(rule.user) ?? []), rule])
    const told = [...byUser].map(
      ([user, rules]): Verdict => ({
        status: 'fail',
        subject: user,
        title: 'sudo gives root without a password',
        reason: `${user.startsWith('%') ? `Group ${user.slice(1)}` : user.startsWith('+') ? `Netgroup ${user}` : user === 'ALL' ? 'Every account' : `Account ${user}`} may run ${rules
          .map(({ command }) => command.slice(0, 60))
          .slice(0, 3)
          .join(', ')} as root without a password. Expected a password.`,
        cite: rules.slice(0, 4).map(({ line, command }) => ({
          section: 'privileged',
          line,
          token: command.slice(0, 60),
          note: 'NOPASSWD. Expected a password.',
        })),
      }),
    )
    const others = accounts.known
      ? otherRules(rulesWithoutPassword({ ...facts, sudoers: known(sudoers), accounts: accounts.value }, now), open, change)
      : []
    if (told.length + others.length > 0) return [...told, ...others]
    const unclear = asked.flatMap(({ rule, holders }) => (typeof holders === 'object' ? [{ rule, ...holders }] : []))
    if (unclear.length > 0)
      return unclear.slice(0, 20).map(({ rule: { user, command, line }, unknown, cite }) => ({
        status: 'not-evaluated',
        subject: user,
        title: 'Who is in a group of sudo is not known',
        reason: `${user} may run ${command.slice(0, 60)} as root without a password. ${unknown}.`,
        hint: 'Ask for the password, or look its members up by name: getent group.',
        cite: [{ section: 'privileged', line, token: command.slice(0, 60), note: 'NOPASSWD. Expected a password.' }, ...cite],
      }))
    if (sudoers.incomplete)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Not all rules of sudo could be read',
          reason: `${sudoers.incomplete}.`,
          cite: [{ section: 'privileged', line: 0 }],
        },
      ]
    const tickets = longTickets(sudoers)
    if (tickets) return [tickets]
    const reason = `None of ${sudoers.rules.length} grants makes anyone root without a password${change ? `, but ${change}, the change account` : ''}.`
    return [
      {
        status: 'pass',
        subject: '',
        title: 'sudo asks for a password',
        reason,
        cite: sudoers.rules.slice(0, 3).map(({ line }) => ({ section: 'privileged', line })),
      },
    ]
  },
})

type Found = ReturnType<typeof rulesWithoutPassword>[number]

/** Rules that have no NOPASSWD, or name nothing that is root by itself: settings of sudo, files and doas make them ways all the same. */
function otherRules(found: readonly Found[], told: readonly SudoRule[], except: string | undefined): readonly Verdict[] {
  const bySubject = new Map<string, Found[]>()
  for (const one of found) {
    const subject = namedBy(one.grant.users)
    const isTold = told.some(({ user, file, line }) => user === subject || (file === one.grant.file && line === one.grant.line))
    if (!isTold && one.account !== except) bySubject.set(subject, [...(bySubject.get(subject) ?? []), one])
  }
  return [...bySubject].slice(0, 50).flatMap(([subject, all]): Verdict[] => {
    const first = all.find(({ condition }) => condition === undefined) ?? all[0]
    if (!first) return []
    const { grant, by, condition, cite } = first
    const names = all.map(({ account }) => account)
    const more = names.length > 3 ? ` and ${names.length - 3} more` : ''
    const section = programOf(grant) === 'doas' ? 'access' : 'privileged'
    return [
      {
        ...(condition === undefined
          ? { status: 'fail', subject, title: `${programOf(grant)} gives root without a password` }
          : { status: 'not-evaluated', subject, title: `${programOf(grant)} may give root without a password` }),
        reason: `${names.slice(0, 3).join(', ')}${more}: ${by} → root, and no password is asked for${condition ? `; ${condition}` : ''}. Expected one.`,
        cite: [{ section, line: grant.line, note: 'Asks for no password. Expected one.' }, ...(cite.line === grant.line ? [] : [cite])],
      },
    ]
  })
}

/** Whom a rule names, as it stands there. */
const namedBy = (users: readonly SudoMember[]): string =>
  users
    .map(({ negated, word }) => `${negated ? '!' : ''}${word}`)
    .join(', ')
    .slice(0, 80)
