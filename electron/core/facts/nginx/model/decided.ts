import type { Assumption } from './assumption.ts'
import type { Answer } from './journey.ts'

/**
 * An `if` of which nothing is known decides nothing where both of its ways come to the same program through the same gates, as one that only writes cookies does: whichever it is, that is where
 * the request goes. Both answers stay, since settings within the block may differ, and neither hangs on it.
 */
export function decided(answers: readonly Answer[]): readonly Answer[] {
  if (!answers.some(({ assumptions }) => assumptions.some(isOpen))) return answers
  const keyOf = keys()
  let all = answers.map((answer) => ({ answer, key: keyOf(answer) }))
  for (;;) {
    const groups = new Map<string, Answer[]>()
    for (const { answer, key } of all) groups.set(key, [...(groups.get(key) ?? []), answer])
    let changed = false
    all = all.map((one) => {
      const others = groups.get(one.key) ?? []
      const { assumptions } = one.answer
      const without = assumptions.find((open) => isOpen(open) && others.some((answer) => isOtherWay(answer.assumptions, assumptions, open)))
      if (!without) return one
      changed = true
      return { ...one, answer: { ...one.answer, assumptions: assumptions.filter((assumption) => assumption !== without) } }
    })
    if (!changed) return all.map(({ answer }) => answer)
  }
}

const isOpen = ({ taken }: Assumption): boolean => taken !== undefined

/** Is it the way that another answer takes at this condition, which asks for nothing else that this one does not ask for? */
const isOtherWay = (others: readonly Assumption[], own: readonly Assumption[], open: Assumption): boolean =>
  others.some(({ directive, taken }) => directive === open.directive && taken === !open.taken) &&
  others.every(
    (one) =>
      one.directive === open.directive ||
      own.some(({ directive, kind, taken }) => directive === one.directive && kind === one.kind && taken === one.taken),
  )

/** What an answer is, beside what it hangs on and the block whose settings rule it. */
function keys(): (answer: Answer) => string {
  const ids = new Map<object, number>()
  const id = (one: object | undefined): number => (one === undefined ? -1 : (ids.get(one) ?? ids.set(one, ids.size).size - 1))
  return ({ outcome: { directive, ...outcome }, location, gates, afterRefusal, uncertified }) =>
    JSON.stringify([
      ...[outcome, id(directive), id(location), afterRefusal, uncertified],
      gates.map(({ satisfy, addresses, credentials, trusts, opensToAll }) => [
        ...[satisfy, opensToAll, addresses.map(id)],
        credentials.map(({ directive: asking, ...credential }) => [id(asking), credential]),
        trusts.map(({ from, ...trust }) => [trust, from.map(id)]),
      ]),
    ])
}
