import type { InferenceService } from '#shared/model/inference-service.ts'
import type { SectionOutput } from '../../probe/section.ts'
import { type FactResult, known } from '../fact.ts'
import { packagesFact } from './packages.fact.ts'
import type { Packages } from './packages.ts'

/** Test support: what the section of software printed, read as the fact reads it. */

export const output = (stdout: string): SectionOutput => ({
  ...{ id: 'software', command: '', state: 'ok', privileged: false, exitCode: 0, stderr: '', durationMs: 1, bytes: 1, sha256: '' },
  stdout,
})
export function read(
  lines: readonly string[],
  services: readonly InferenceService[],
  processes: readonly unknown[] = [],
): FactResult<Packages> {
  const fact = (id: string) => known(id === 'services' ? services : id === 'processes' ? processes : { runtimes: [], containers: [] })
  return packagesFact.read({ section: () => output([...lines, '@end'].join('\n')), fact } as never)
}
