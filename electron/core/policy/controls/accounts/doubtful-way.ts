import type { Holding } from '#shared/model/access.ts'
import type { Verdict } from '../../control.ts'

/** A way to root that hangs on what nobody asked: neither is it open for certain, nor is the account cleared. */
export const doubtful = ({ path, condition, proofs }: Holding): Omit<Verdict, 'subject'> => ({
  status: 'not-evaluated',
  title: 'Whether it can become root is not known',
  reason: `${path.join(' → ')}, ${condition}.`,
  hint: 'Close the way that is named, or look whether it leads there.',
  cite: proofs.slice(0, 4).map((proof) => ({ ...proof, note: 'A step of the way to root. Expected none.' })),
})
