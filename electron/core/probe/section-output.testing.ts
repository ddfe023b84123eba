import type { SectionOutput } from './section.ts'

/** Test support: what a section printed that ran to its end as root, but for `change`. */
export const printed = (id: string, stdout: string, change: Partial<SectionOutput> = {}): SectionOutput => ({
  ...{ id, command: id, state: 'ok', privileged: true, exitCode: 0, stdout, stderr: '', durationMs: 1, bytes: 1, sha256: '' },
  ...change,
})
