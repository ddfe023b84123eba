import { defineControl, type Verdict } from '../../control.ts'

/** SSSD passes over an account with uid 0 (sssd.conf(5), `min_id` is 1), and winbind has only what its ranges hold: whatever else is asked may know a second root. */
const WITHOUT_ROOT: ReadonlySet<string> = new Set(['sss', 'winbind'])

export default defineControl({
  id: 'uid-zero-only-root',
  item: 'INF-5',
  severity: 'critical',
  title: 'Only root has uid 0',
  rationale:
    'A second account with uid 0 is root under a name that nobody looks for, the oldest back door there is. It stands beside the service account, because root gets past it.',
  steps: 'Find out who made it. Take its line out with vipw and vipw -s, since userdel refuses an account whose uid runs programs.',
  needs: ['accounts'],
  references: ['NIST-800-53:AC-6', 'NIST-800-53:AC-2', 'CIS-8:5.1', 'ISO-27001:A.5.18'],
  evaluate: ({ accounts: { accounts, unlisted } }): readonly Verdict[] => {
    const twins = accounts.filter(({ uid, name }) => uid === 0 && name !== 'root')
    if (twins.length > 0)
      return twins.map(({ name, line }) => ({
        status: 'fail' as const,
        subject: name,
        title: 'A second account is root',
        reason: `Account ${name} has uid 0, so it is root under another name. Expected uid 0 for root alone.`,
        cite: [{ section: 'accounts', line, token: name, note: 'uid 0. Expected an own uid.' }],
      }))
    if (unlisted?.service !== undefined && !WITHOUT_ROOT.has(unlisted.service))
      return [
        {
          ...{ status: 'not-evaluated', subject: '', title: 'Whether only root has uid 0 is not known' },
          reason: `Of ${accounts.length} accounts that are listed only root has uid 0, but ${unlisted.reason}.`,
          hint: 'Ask the directory for uidNumber 0; nss_min_uid of nslcd.conf keeps such accounts out.',
          cite: [{ section: 'groups', line: unlisted.line }],
        },
      ]
    const root = accounts.find(({ uid }) => uid === 0)
    const cite = root ? [{ section: 'accounts', line: root.line, token: 'root' }] : [{ section: 'accounts', line: 0 }]
    return [
      { status: 'pass', subject: '', title: 'Only root has uid 0', reason: `Of ${accounts.length} accounts only root has uid 0.`, cite },
    ]
  },
})
