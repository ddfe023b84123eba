import { defineControl } from '../../control.ts'
import { accessFactIds, isVerdict, notCompared, tiersOf, verdictsOn } from './tier-verdicts.ts'

export default defineControl({
  id: 'access-leavers-closed',
  item: 'OPS-3',
  severity: 'high',
  title: 'Nobody who has left can still get in',
  rationale:
    'A key of somebody who left opens the host as long as it stands in a file, and nobody misses the logins. Locking the password does not close the key.',
  steps: 'usermod --expiredate 1 closes the account for keys, too; then remove its keys, jobs and groups.',
  needs: ['accounts'],
  uses: accessFactIds,
  references: ['NIST-800-53:PS-4', 'NIST-800-53:AC-2(3)', 'CIS-8:6.2', 'ISO-27001:A.5.18'],
  evaluate: (facts, context) => {
    const rows = tiersOf(facts, context)
    if (isVerdict(rows)) return rows
    return verdictsOn(rows, notCompared(facts, context), 'still-active', {
      status: 'fail',
      none: 'No way in is left of those who left',
      title: ({ account }) => `${account.slice(0, 20)} has left and can get in`,
    })
  },
})
