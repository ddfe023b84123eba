import type { Finding } from '#shared/model/finding.ts'
import type { Gap } from '#shared/model/gap.ts'
import type { Proof } from '#shared/model/proof.ts'
import type { Verdict } from '#shared/model/verdict.ts'
import { rankOf } from '#shared/status.ts'
import type { FactResult } from '../facts/fact.ts'
import { oncePer } from '../facts/once-per.ts'
import { visible, withoutMark } from '../policy/evidence.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { ViewSources } from './view-sources.ts'

const MAX_LINE_LENGTH = 400

/** The line that proves a value; undefined when the section is not in the audit. */
export function proofAt({ outputs }: Pick<ViewSources, 'outputs'>, section: string, line: number): Proof | undefined {
  const output = outputs.get(section)
  if (output === undefined) return undefined
  const text = line < 1 ? '' : visible(withoutMark(linesOf(output), line))
  return { section, command: visible(output.command), sha256: output.sha256, line, text: text.slice(0, MAX_LINE_LENGTH) }
}

/** Outputs are large, and many of their lines are asked for. */
const linesOf = oncePer(({ stdout }: SectionOutput) => stdout.split('\n'))

/** Sections that answered without what only root may see, by what is missing because of it. */
type PartlyRefused = Readonly<Record<string, string>>

/**
 * What the unknown ones of these facts leave open, and what is missing in sections that sudo refused in part. What the same lines of sudoers
 * would allow is one gap.
 */
export function gapsOf(
  facts: readonly FactResult<unknown>[],
  { outputs }: Pick<ViewSources, 'outputs'>,
  partly: PartlyRefused = {},
): Gap[] {
  const gaps = new Map<string, Gap>()
  const add = (reason: string, sections: readonly string[], hint?: string) => {
    const sudoers = [...new Set(sections.flatMap((id) => outputs.get(id)?.sudoers?.split('\n') ?? []))].filter(Boolean)
    const key = sudoers.join('\n') || reason
    const before = gaps.get(key)
    const reasons = [...new Set([...(before?.reason.split('; ') ?? []), reason])].join('; ')
    gaps.set(key, { reason: reasons, sudoers, ...(hint && sudoers.length === 0 && { hint }) })
  }
  for (const fact of facts) if (!fact.known) add(fact.reason, fact.sections, fact.hint)
  for (const [id, missing] of Object.entries(partly)) {
    const output = outputs.get(id)
    if (output?.state === 'ok' && output.sudoers !== undefined) add(missing, [id])
  }
  return [...gaps.values()]
}

/** What a row shows of the finding that judges it, and by which it leads there. */
export const verdictOf = ({ control, subject, status, title }: Finding): Verdict => ({ control, subject, status, title })

/** Findings that need somebody, loudest first, and how many pass. */
export function openAndPassing(findings: readonly Finding[]): { readonly open: Verdict[]; readonly passing: number } {
  const open = findings.filter(({ status }) => status !== 'pass' && status !== 'not-applicable')
  return {
    open: open.toSorted((a, b) => rankOf(a.status) - rankOf(b.status)).map(verdictOf),
    passing: findings.filter(({ status }) => status === 'pass').length,
  }
}
