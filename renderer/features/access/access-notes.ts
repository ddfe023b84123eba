import { groupBy } from '#shared/group-by.ts'
import type { Latest } from '#shared/ipc/audit.contract.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import { findingId } from '../../stores/host-view.ts'
import type { FindingTarget } from '../../stores/ui.store.ts'

/** What audits say of access beyond the comparison with tiers: who is asked for a second factor, and who is not seen any more. */

export interface AccessNote {
  readonly host: string
  readonly status: FindingBrief['status']
  /** The account; empty where it is the whole host. */
  readonly subject: string
  readonly title: string
  readonly target: FindingTarget
}

type Host = Pick<Latest['hosts'][number], 'name' | 'findings'>

export const SECOND_FACTOR = 'access-administrators-second-factor'
export const STALE = 'access-accounts-used'

/** Open first; what does not apply to a host is left out. */
const rank: readonly FindingBrief['status'][] = ['fail', 'warning', 'not-evaluated', 'pass']

const byName = new Intl.Collator('en', { numeric: true })

/** The hosts of an audit stand in the order in which they were done. */
export function notesOf(hosts: readonly Host[], control: string): readonly AccessNote[] {
  return hosts
    .flatMap(({ name, findings }) =>
      findings
        .filter((finding) => finding.control === control && rank.includes(finding.status))
        .map(
          (finding): AccessNote => ({
            ...{ host: name, status: finding.status, subject: finding.subject, title: finding.title },
            target: { key: findingId(finding) },
          }),
        ),
    )
    .toSorted((a, b) => rank.indexOf(a.status) - rank.indexOf(b.status) || byName.compare(a.host, b.host))
}

/** A note that stands for those of other hosts in the same words. */
export interface ToldNote extends AccessNote {
  readonly more: number
}

/** What is told with a host that it is of, and what passes with the same words on several, which is told by their number. Where something is open, that alone. */
export function toldOf(notes: readonly AccessNote[]): {
  readonly alone: readonly ToldNote[]
  readonly together: readonly { readonly said: string; readonly hosts: number }[]
} {
  const open = notes.filter(({ status }) => status !== 'pass')
  if (open.length > 0) return { alone: onceEach(open), together: [] }
  const hosts = new Map<string, number>()
  for (const { title } of notes) hosts.set(title, (hosts.get(title) ?? 0) + 1)
  return {
    alone: onceEach(notes.filter(({ title }) => hosts.get(title) === 1)),
    together: [...hosts].flatMap(([said, number]) => (number > 1 ? { said, hosts: number } : [])),
  }
}

const onceEach = (notes: readonly AccessNote[]): readonly ToldNote[] =>
  [...groupBy(notes, ({ status, subject, title }) => `${status} ${subject} ${title}`).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : { ...first, more: others.length },
  )
