import type { Decisions } from '../../policy/decisions.ts'

/** Decisions as they stood at that time (milliseconds): made by then, and not withdrawn by then. */
export function decisionsAt({ waivers, attestations }: Decisions, at: number): Decisions {
  const stood = <T extends { readonly withdrawn?: { readonly at: string } | undefined }>(all: readonly T[], madeAt: (one: T) => string) =>
    all
      .filter((one) => Date.parse(madeAt(one)) <= at)
      .map((one) => {
        if (one.withdrawn === undefined || Date.parse(one.withdrawn.at) <= at) return one
        const { withdrawn: _, ...standing } = one
        return standing as T
      })
  return { waivers: stood(waivers, ({ grantedAt }) => grantedAt), attestations: stood(attestations, ({ statedAt }) => statedAt) }
}
