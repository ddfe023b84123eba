import { accessFactIds } from '../../../access/access-facts.ts'
import { ownWayToRoot } from '../../../access/host-access.ts'
import { openGrants } from '../../../access/netgroups.ts'
import { rootWays } from '../../../access/root-ways.ts'
import { known } from '../../../facts/fact.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { doubtful } from './doubtful-way.ts'

export default defineControl({
  id: 'audit-account-read-only',
  item: 'INF-5',
  severity: 'high',
  title: 'The audit account of Gatehouse can only look',
  rationale:
    'Its key lies on the desk of an admin and opens every host. As long as sudo grants it exact commands that only read, a stolen key shows settings and changes nothing. It stands beside the service account, because root gets past it.',
  needs: ['accounts', 'system'],
  uses: accessFactIds.filter((id) => id !== 'system'),
  remediation: { template: 'gatehouse-audit-account' },
  references: ['NIST-800-53:AC-6', 'NIST-800-53:AC-6(2)', 'CIS-8:5.4', 'ISO-27001:A.8.2'],
  evaluate: (facts, { now }): readonly Verdict[] => {
    const { accounts, system, sudoers, access } = facts
    const base = { subject: system.account }
    if (system.uid === 0)
      return [
        {
          ...base,
          status: 'fail',
          title: 'Gatehouse looks as root',
          reason: 'The probe ran as root. Expected an account that may run exact commands through sudo.',
          hint: 'gatehouse sudoers prints the drop-in.',
          cite: [{ section: 'system', line: 4 }],
        },
      ]
    const account = accounts.accounts.find(({ name }) => name === system.account)
    if (!account)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'The audit account could not be looked up',
          reason: `${system.account} is not in the account database.`,
          cite: [],
        },
      ]
    const ways = rootWays(account, accounts, sudoers.known ? sudoers.value : undefined, access.known ? access.value : undefined)
    if (ways.length > 0)
      return [
        {
          ...base,
          status: 'fail',
          title: 'The audit account can become root',
          reason: `${account.name} has ${ways
            .map(({ way }) => way)
            .slice(0, 3)
            .join(', ')}. Expected the exact commands that gatehouse sudoers prints.`,
          cite: ways.slice(0, 4).map(({ cite }) => ({ ...cite, note: 'Expected exact commands.' })),
        },
      ]
    const root = ownWayToRoot({ ...facts, system: known(system) }, now, account.name)
    if (root && root.condition === undefined)
      return [
        {
          ...base,
          status: 'fail',
          title: 'The audit account can become root',
          reason: `${root.path.join(' → ')}. Expected no such way.`,
          cite: root.proofs.slice(0, 4).map((proof) => ({ ...proof, note: 'A step of the way to root. Expected none.' })),
        },
      ]
    if (root) return [{ ...base, ...doubtful(root) }]
    if (!sudoers.known)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'What sudo grants the audit account is unread',
          reason: sudoers.reason,
          hint: sudoers.hint,
          cite: [{ section: 'privileged', line: 0 }],
        },
      ]
    if (sudoers.value.incomplete)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Not all rules of sudo could be read',
          reason: `${sudoers.value.incomplete}.`,
          cite: [{ section: 'privileged', line: 0 }],
        },
      ]
    const [netgroup] = openGrants(sudoers.value).filter(({ root }) => root)
    if (netgroup)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Whom a rule of sudo names is not known',
          reason: `${netgroup.reason}.`,
          cite: [{ section: 'privileged', line: netgroup.line }],
        },
      ]
    return [
      {
        ...base,
        status: 'pass',
        title: 'The audit account can only look',
        reason: `sudo grants ${account.name} exact commands only, and no group makes it root.`,
        cite: [{ section: 'accounts', line: account.line, token: account.name }],
      },
    ]
  },
})
