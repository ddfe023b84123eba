import { groupBy } from '#shared/group-by.ts'
import type { PushDraft } from '#shared/model/push-draft.ts'
import type { Removal, RemovalStep } from './removal.ts'

/** A list of a push holds no more; those that are left stand in the next plan. */
const MAX_VALUES = 100

/** The pushes that close the accounts: one for each host on which there is something that a push can do. */
export const removalPushes = (removals: readonly Removal[]): readonly PushDraft[] =>
  [...groupBy(removals, ({ host }) => host)].flatMap(([host, of]) => {
    const steps = of.flatMap((removal) => removal.steps)
    const accounts = valuesOf(steps, 'accounts')
    if (accounts.length === 0) return []
    const [passwordFiles, sudoFiles, lingering] = (['passwordFiles', 'sudoFiles', 'lingering'] as const).map((as) => valuesOf(steps, as))
    return [{ host, template: 'accounts-closed', parameters: { accounts, passwordFiles, sudoFiles, lingering } as PushDraft['parameters'] }]
  })

const valuesOf = (steps: readonly RemovalStep[], as: NonNullable<RemovalStep['pushed']>['as']): string[] =>
  [...new Set(steps.flatMap(({ pushed }) => (pushed?.as === as ? pushed.value : [])))].slice(0, MAX_VALUES)
