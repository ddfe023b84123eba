import { defineControl } from '../../control.ts'
import { accessFactIds, isVerdict, notCompared, tiersOf, verdictsOn } from './tier-verdicts.ts'

export default defineControl({
  id: 'access-within-tiers',
  item: 'OPS-3',
  severity: 'high',
  title: 'Nobody can do more than their tier allows',
  rationale:
    'An operator in group docker, or one who may write the folder above a unit file, is root without being called so. Whoever takes over that account takes the models, the prompts and the host.',
  steps: 'Take the way away that is named, or move the account to the tier that may do this.',
  needs: ['accounts'],
  uses: accessFactIds,
  references: ['NIST-800-53:AC-6', 'NIST-800-53:AC-6(7)', 'CIS-8:6.8', 'ISO-27001:A.8.2'],
  evaluate: (facts, context) => {
    const rows = tiersOf(facts, context)
    if (isVerdict(rows)) return rows
    return verdictsOn(rows, notCompared(facts, context), 'above', {
      status: 'fail',
      none: 'Everybody stays within their tier',
      title: ({ account, title }) => `${account.slice(0, 20)} ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    })
  },
})
