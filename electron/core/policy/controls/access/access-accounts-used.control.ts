import { DAY_MS } from '#shared/day.ts'
import { hostAccess } from '../../../access/host-access.ts'
import { ownAccounts } from '../../../access/tiers.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { accessFactIds, notCompared, oneByOne } from './tier-verdicts.ts'

export default defineControl({
  id: 'access-accounts-used',
  item: 'OPS-3',
  severity: 'low',
  title: 'Accounts that can get in are used',
  rationale:
    'Nobody notices a login on an account that nobody uses. Keys and passwords of last year’s project are what an attacker finds in an old backup.',
  steps: 'Ask its owner; close it where nobody needs it.',
  needs: ['accounts', 'access'],
  uses: accessFactIds.filter((id) => id !== 'access'),
  references: ['NIST-800-53:AC-2(3)', 'CIS-8:5.3', 'ISO-27001:A.5.18'],
  evaluate: (facts, context): readonly Verdict[] => {
    const { fleet, host, now } = context
    const { lastLogins } = facts.access
    if (!lastLogins.known)
      return [{ status: 'not-evaluated', subject: '', title: 'Last logins were not read', reason: lastLogins.reason, cite: [] }]
    const days = fleet.access?.staleDays ?? 90
    const own = ownAccounts(fleet, host)
    const known = { ...facts, access: { known: true, value: facts.access } } as const
    const all = hostAccess(known, now).accounts
    const people = all.filter(
      ({ kind, login, name, uid, logins }) =>
        kind === 'account' && login === 'yes' && uid !== 0 && !own.includes(name) && logins.some((way) => way.startsWith('SSH')),
    )
    const stale = people.filter(({ lastLogin }) => lastLogin === undefined || now - Date.parse(lastLogin) > days * DAY_MS)
    if (stale.length > 0)
      return oneByOne(
        stale.map(({ name, lastLogin, logins, proof }) => ({
          status: 'warning',
          subject: name,
          title: lastLogin === undefined ? `${name.slice(0, 20)} has never logged in` : `${name.slice(0, 20)} has not logged in lately`,
          reason: `${name} gets in by ${logins.join(', ')}; ${lastLogin === undefined ? 'no login of it is on record' : `its last login was on ${lastLogin.slice(0, 10)}`}. Expected one within ${days} days.`,
          cite: [proof],
        })),
      )
    const unclear = all.find(({ kind, login, name }) => kind === 'account' && login === 'unknown' && !own.includes(name))
    if (unclear) {
      const reason = `Whether ${unclear.name.slice(0, 40)} gets in is not known: ${unclear.loginNotes.join('; ') || 'it is in no password file of this host'}.`
      return [{ status: 'not-evaluated', subject: '', title: 'Who can get in is not known', reason, cite: [unclear.proof] }]
    }
    const { unlisted } = notCompared(known, context)
    if (unlisted) {
      const reason = `The accounts that are listed are used, but ${unlisted.reason}.`
      const cite = [{ section: 'groups', line: unlisted.line }]
      return [{ status: 'not-evaluated', subject: '', title: 'Not every account is listed', reason, cite }]
    }
    const reason =
      people.length === 0
        ? 'No account of a person can get in over SSH.'
        : `All ${people.length} accounts of people were used within ${days} days.`
    return [{ status: 'pass', subject: '', title: 'Accounts that can get in are used', reason, cite: [{ section: 'access', line: 0 }] }]
  },
})
