import type { ScanOutcome } from '#shared/model/scan-report.ts'
import { joined, utf8 } from '../bytes.ts'
import type { ModelCase } from '../case.ts'

/** A file of the corpus by what a scan must say of it. */
const fileThatIs =
  (expected: ScanOutcome) =>
  (name: string, bytes: Uint8Array | string, fileName?: string, source?: string): ModelCase => ({
    name,
    bytes: typeof bytes === 'string' ? utf8(bytes) : bytes,
    expected,
    ...(fileName && { fileName }),
    ...(source && { source }),
  })
export const dangerousFile = fileThatIs('dangerous')
export const suspiciousFile = fileThatIs('suspicious')
export const unclearedFile = fileThatIs('not-cleared')

/** A stream of opcodes, the same way. */
const streamThatIs =
  (expected: ScanOutcome) =>
  (name: string, ...parts: readonly (Uint8Array | string)[]): ModelCase => ({ name, bytes: joined(...parts), expected })
export const dangerousStream = streamThatIs('dangerous')
export const suspiciousStream = streamThatIs('suspicious')
export const unclearedStream = streamThatIs('not-cleared')
