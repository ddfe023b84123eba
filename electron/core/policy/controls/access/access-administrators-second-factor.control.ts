import { membersOf } from '../../../access/rights.ts'
import { tierOf } from '../../../access/tiers.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'
import { holdsFor } from '../../../facts/sshd/sshd-criteria.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { judgeSecondFactor } from '../jump/jump-second-factor-required.control.ts'
import { type Scope, scopesOf } from '../ssh/sshd-scopes.ts'

export default defineControl({
  id: 'access-administrators-second-factor',
  item: 'OPS-3',
  severity: 'high',
  concerns: 'jump',
  title: 'Every administrator needs a second factor on the jump host',
  rationale:
    'An administrator is root on every server. A Match block that spares one account, for a script or a hurry, spares whoever copies its key.',
  steps: 'Let no Match block of the jump host spare an administrator: AuthenticationMethods publickey,keyboard-interactive:pam for all.',
  needs: ['sshd', 'sshd-matches', 'accounts'],
  uses: ['pam'],
  references: ['NIST-800-53:IA-2(1)', 'CIS-8:6.5', 'ISO-27001:A.8.5', 'https://man.openbsd.org/sshd_config#Match'],
  evaluate: ({ sshd, 'sshd-matches': matches, accounts, pam }, { fleet }): readonly Verdict[] => {
    const nothing = (title: string, reason: string): readonly Verdict[] => [
      { status: 'not-applicable', subject: '', title, reason, cite: [] },
    ]
    const { access } = fleet
    if (access === undefined) return nothing('The fleet file names no tiers', 'Nobody is named as administrator.')
    const administrators = membersOf(accounts).filter(
      ({ name, groupNames }) => tierOf(access, { name, kind: 'account', groups: [...groupNames] }) === 'administrators',
    )
    if (administrators.length === 0 && accounts.unlisted)
      return [
        {
          ...{ status: 'not-evaluated', subject: '', title: 'Not every account is listed' },
          reason: `No listed account of this jump host belongs to tier administrators, but ${accounts.unlisted.reason}.`,
          cite: [{ section: 'groups', line: accounts.unlisted.line }],
        },
      ]
    if (administrators.length === 0)
      return nothing('No administrator has an account here', 'No account of this jump host belongs to tier administrators.')
    const unread = matches.elsewhere.slice(0, 3).join(', ')
    return administrators.map(({ name, groupNames }) => {
      const judged = scopesFor(name, [...groupNames], sshd, matches).map((scope) => judgeSecondFactor(scope, pam))
      const worst = (['fail', 'warning', 'not-evaluated', 'pass'] as const).flatMap(
        (status) => judged.find((verdict) => verdict.status === status) ?? [],
      )[0]
      const base: Verdict = worst ?? {
        status: 'not-evaluated',
        subject: '',
        title: '',
        reason: 'No setting of sshd could be read.',
        cite: [],
      }
      const who = name.slice(0, 18)
      if (base.status === 'pass' && unread !== '')
        return {
          ...base,
          status: 'not-evaluated',
          subject: name,
          title: 'Match blocks of sshd could not be read',
          reason: `sshd_config includes ${unread}, which was not read.`,
        }
      return {
        ...base,
        subject: name,
        title: titles[base.status as keyof typeof titles](who),
        reason: `${name.slice(0, 60)}: ${base.reason}`,
      }
    })
  },
})

const titles = {
  fail: (who: string) => `${who} gets in without a second factor`,
  warning: (who: string) => `${who} may lack a second factor`,
  'not-evaluated': () => 'What is asked of administrators is not known',
  pass: (who: string) => `${who} needs a second factor`,
}

const keywords = ['authenticationmethods', 'pubkeyauthoptions', 'pubkeyacceptedalgorithms'] as const

/** Every kind of login of this account: a block that names it holds for all of them, one that names others for none. */
function scopesFor(name: string, groups: readonly string[], sshd: Sshd, { matches, elsewhere }: SshdMatches): readonly Scope[] {
  const own = matches.flatMap((match) => {
    const fits = holdsFor(match.criteria, name, groups)
    return fits === 'no' ? [] : [{ ...match, criteria: fits === 'yes' ? 'all' : match.criteria }]
  })
  return scopesOf(sshd, { matches: own, elsewhere }, keywords)
}
