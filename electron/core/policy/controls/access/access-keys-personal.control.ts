import { linkTo } from '../../../access/logins.ts'
import { ownAccounts } from '../../../access/tiers.ts'
import type { LoginKey } from '../../../facts/access/access.ts'
import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'access-keys-personal',
  item: 'OPS-3',
  severity: 'medium',
  title: 'No SSH key opens more than one account',
  rationale:
    'A key that stands in the files of several accounts is shared, or one person wears them all: the log names an account, and nobody knows who it was. Taking it from one account leaves the others open.',
  needs: ['access'],
  uses: ['accounts'],
  references: ['NIST-800-53:IA-2', 'NIST-800-53:IA-5', 'CIS-8:5.1', 'ISO-27001:A.5.16'],
  evaluate: ({ access, accounts }, { fleet, host }): readonly Verdict[] => {
    if (!access.keys.known)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Keys of accounts were not read',
          reason: access.keys.reason,
          hint: access.keys.hint,
          cite: [],
        },
      ]
    // The admin who looks and the admin who changes are one person, with one key.
    const own = ownAccounts(fleet, host)
    const homes = accounts.known ? accounts.value.accounts.flatMap(({ name, home }) => (own.includes(name) ? `${home}/` : [])) : []
    const byKey = new Map<string, LoginKey[]>()
    for (const key of access.keys.value.filter(({ file }) => !homes.some((home) => file.startsWith(home))))
      byKey.set(key.fingerprint, [...(byKey.get(key.fingerprint) ?? []), key])
    const shared = [...byKey].filter(([, keys]) => new Set(keys.map(({ file }) => file)).size > 1)
    if (shared.length > 0)
      return shared.map(([fingerprint, keys]) => ({
        status: 'warning',
        subject: fingerprint,
        title: `One key opens ${new Set(keys.map(({ file }) => file)).size} accounts`,
        reason: `${fingerprint} stands in ${[...new Set(keys.map(({ file }) => file))].slice(0, 4).join(', ')}.`,
        hint: 'One key for each person and account; remove this one where it is not its owner’s.',
        cite: keys
          .slice(0, 4)
          .map(({ line, comment }) => ({ section: 'access', line, note: 'The same key.', token: comment.slice(0, 60) })),
      }))
    const linked = accounts.known
      ? accounts.value.accounts.flatMap(({ name, home, shell }) => {
          const link = /(?:nologin|false)$/.test(shell) ? undefined : linkTo(home, access)
          return link ? [{ name, link }] : []
        })
      : []
    if (linked.length > 0)
      return [
        {
          ...{ status: 'not-evaluated', subject: '', title: 'Keys behind a link were not read' },
          reason: `${linked
            .slice(0, 4)
            .map(({ name, link }) => `Keys of ${name.slice(0, 40)} lie behind the link ${link.path.slice(0, 80)}`)
            .join('; ')}.`,
          cite: linked.slice(0, 4).map(({ link: { line } }) => ({ section: 'access', line, note: 'Is a link, and was not followed.' })),
        },
      ]
    const count = access.keys.value.length
    const reason = count === 0 ? 'No account has a file of authorized keys.' : `${count} keys, each in one file.`
    return [
      {
        status: 'pass',
        subject: '',
        title: 'Each key opens one account',
        reason,
        cite: access.keys.value.slice(0, 4).map(({ line }) => ({ section: 'access', line })),
      },
    ]
  },
})
