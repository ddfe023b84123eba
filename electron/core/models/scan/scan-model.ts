import { basename } from 'node:path'
import type { ScanReport } from '#shared/model/scan-report.ts'
import type { ByteSource } from '../byte-source.ts'
import { outcomeOf } from './outcome.ts'
import { Scan } from './scan.ts'
import { scanContent } from './scan-content.ts'

/**
 * What one file is and whether it can hurt whoever loads it. Reads headers and what can hold code, never the tensors; at most 64 MB of memory,
 * and work for a few seconds. Fails closed: what was not read is a gap, and a file with a gap is never cleared.
 * @throws what the source or the signal rejects with; nothing for what the bytes are
 */
export async function scanModel(source: ByteSource, options: { readonly signal?: AbortSignal } = {}): Promise<ScanReport> {
  const scan = new Scan(options.signal)
  const format = await scanContent(scan, { source: scan.metered(source), name: basename(source.path), member: '', depth: 0 })
  return {
    path: source.path,
    sizeBytes: source.size,
    format,
    outcome: outcomeOf(scan.findings, scan.gaps),
    findings: scan.findings,
    gaps: scan.gaps,
    facts: scan.facts,
    bytesRead: scan.bytesRead,
  }
}
