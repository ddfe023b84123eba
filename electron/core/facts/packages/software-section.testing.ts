import type { InferenceService } from '#shared/model/inference-service.ts'
import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import { type FactResult, known } from '../fact.ts'
import { parseLoopback } from '../loopback/parse.ts'
import { packagesFact } from './packages.fact.ts'
import type { Packages } from './packages.ts'

/** Test support: what the section of software printed, and what ports answered, read as the fact reads it. */

export const output = (stdout: string): SectionOutput => printed('software', stdout, { privileged: false })
/** `200 http://…` and the like: what the ports answer comes from another section. */
const isAnswer = (line: string): boolean => /^(?:\d{3} |body |#)/.test(line)

export function read(
  lines: readonly string[],
  services: readonly InferenceService[],
  processes: readonly unknown[] = [],
): FactResult<Packages> {
  const loopback = parseLoopback(lines.filter(isAnswer).join('\n'))
  const facts: Readonly<Record<string, unknown>> = { services, processes, loopback }
  const stdout = [...lines.filter((line) => !isAnswer(line)), '@end'].join('\n')
  return packagesFact.read({ section: () => output(stdout), fact: (id: string) => known(facts[id]) } as never)
}
