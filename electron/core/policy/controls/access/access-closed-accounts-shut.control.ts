import { DAY_MS } from '#shared/day.ts'
import { ownAccounts } from '../../../access/tiers.ts'
import { defineControl, type Verdict } from '../../control.ts'

const MAX_NAMED = 200

export default defineControl({
  id: 'access-closed-accounts-shut',
  item: 'OPS-3',
  severity: 'high',
  title: 'Accounts that are closed are closed at the proxy, too',
  rationale:
    'Closing an account on the host says nothing to the password file of the proxy: whoever left goes on using the models under the same name, from anywhere that reaches the proxy.',
  needs: ['access'],
  remediation: { template: 'accounts-closed' },
  references: ['NIST-800-53:PS-4', 'NIST-800-53:AC-2(3)', 'CIS-8:6.2', 'ISO-27001:A.5.18'],
  evaluate: ({ access: { passwords, webAccounts } }, { fleet, host, now }): readonly Verdict[] => {
    const unread = (title: string, reason: string): readonly Verdict[] => [
      { status: 'not-evaluated', subject: '', title, reason, cite: [] },
    ]
    if (!passwords.known) return unread('Which accounts are closed was not read', passwords.reason)
    const own = ownAccounts(fleet, host)
    const closed = passwords.value.filter(
      ({ account, expiresDay }) => expiresDay !== undefined && expiresDay * DAY_MS <= now && !own.includes(account),
    )
    if (closed.length === 0) {
      const reason = `None of ${passwords.value.length} accounts has expired.`
      return [{ status: 'pass', subject: '', title: 'No account is closed here', reason, cite: [{ section: 'access', line: 0 }] }]
    }
    if (!webAccounts.known) return unread('Names in password files were not read', webAccounts.reason)
    return closed.slice(0, MAX_NAMED).map(({ account, line }): Verdict => {
      const who = account.slice(0, 20)
      const here = { section: 'access', line }
      const web = webAccounts.value.filter(({ name }) => name === account)
      if (web.length === 0)
        return {
          ...{ status: 'pass', subject: account, title: `${who} is closed` },
          ...{ reason: 'It has expired, and no password file of the proxy names it.', cite: [here] },
        }
      return {
        ...{ status: 'fail', subject: account, title: `${who} is closed and gets in at the proxy` },
        reason: `It has expired on this host; ${[...new Set(web.map(({ file }) => file))].slice(0, 4).join(', ')} still lets it in.`,
        hint: 'Take its line out of the password file.',
        cite: [here, ...web.slice(0, 3).map((one) => ({ section: 'access', line: one.line, note: 'Still lets it in.', token: one.name }))],
      }
    })
  },
})
