import { defineControl } from '../../control.ts'
import { accessFactIds, isVerdict, notCompared, tiersOf, verdictsOn } from './tier-verdicts.ts'

export default defineControl({
  id: 'access-accounts-in-tiers',
  item: 'OPS-3',
  severity: 'medium',
  title: 'Every account that can get in belongs to a tier',
  rationale:
    'An account that nobody listed is reviewed by nobody. Installers, contractors and attackers leave such accounts, with a key that works for years.',
  steps: 'Name it in a tier of the fleet file, or close it: usermod --expiredate 1, and remove its keys.',
  needs: ['accounts'],
  uses: accessFactIds,
  references: ['NIST-800-53:AC-2', 'CIS-8:5.1', 'ISO-27001:A.5.16'],
  evaluate: (facts, context) => {
    const rows = tiersOf(facts, context)
    if (isVerdict(rows)) return rows
    return verdictsOn(rows, notCompared(facts, context), 'no-tier', {
      status: 'warning',
      none: 'Every account is in a tier',
      title: ({ account, tier }) =>
        tier === null ? `${account.slice(0, 24)} is in no tier` : `${account.slice(0, 16)} lets in whom a stranger certifies`,
    })
  },
})
