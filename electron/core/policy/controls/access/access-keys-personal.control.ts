import { byFingerprint, keysOfHost } from '../../../access/key-owners.ts'
import { known } from '../../../facts/fact.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { unreadKeys } from './unread-keys.ts'

export default defineControl({
  id: 'access-keys-personal',
  item: 'OPS-3',
  severity: 'medium',
  title: 'No SSH key opens more than one account',
  rationale:
    'A key that stands in the files of several accounts is shared, or one person wears them all: the log names an account, and nobody knows who it was. Taking it from one account leaves the others open.',
  steps: 'One key for each person and account; remove this one where it is not its owner’s.',
  needs: ['access'],
  uses: ['accounts', 'sshd'],
  references: ['NIST-800-53:IA-2', 'NIST-800-53:IA-5', 'CIS-8:5.1', 'ISO-27001:A.5.16'],
  evaluate: ({ access, accounts, sshd }, { fleet, host }): readonly Verdict[] => {
    const { keys, unread } = keysOfHost({ access: known(access), accounts, sshd }, fleet, host)
    const byKey = byFingerprint(keys)
    const shared = [...byKey].flatMap(([fingerprint, owned]): readonly Verdict[] => {
      const accountsOpened = new Set(owned.map(({ account }) => account)).size
      if (accountsOpened < 2) return []
      return [
        {
          status: 'warning',
          subject: fingerprint,
          title: `One key opens ${accountsOpened} accounts`,
          reason: `${fingerprint} stands in ${[...new Set(owned.map(({ key }) => key.file))].slice(0, 4).join(', ')}.`,
          cite: owned
            .slice(0, 4)
            .map(({ key: { line, comment } }) => ({ section: 'access', line, note: 'The same key.', token: comment.slice(0, 60) })),
        },
      ]
    })
    if (shared.length > 0) return shared
    if (unread.length > 0) return [unreadKeys(unread)]
    const reason =
      byKey.size === 0 ? 'No account but those of Gatehouse has a file of authorized keys.' : `${byKey.size} keys, each of one account.`
    return [
      {
        status: 'pass',
        subject: '',
        title: 'Each key opens one account',
        reason,
        cite:
          keys.length === 0 ? [{ section: 'access', line: 0 }] : keys.slice(0, 4).map(({ key: { line } }) => ({ section: 'access', line })),
      },
    ]
  },
})
