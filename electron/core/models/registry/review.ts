import type { VerifiedFile } from '#shared/model/model-artifact.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import type { ReviewCheck } from '#shared/model/model-registration.ts'
import type { Publisher } from '#shared/model/publisher.ts'
import { type ScanOutcome, scanOutcomes } from '#shared/model/scan-report.ts'
import { mustScan } from '../verify-model.ts'
import { publisherOf, verifiedPublisher } from './publishers.ts'

export interface Reviewed {
  readonly checks: readonly ReviewCheck[]
  readonly scan: ScanOutcome
  /** Why no reviewer can let it pass; empty when one can. */
  readonly obstacles: readonly string[]
}

const soundFormats: readonly string[] = ['safetensors', 'gguf']
const wrong: readonly VerifiedFile['state'][] = ['differs', 'missing-file', 'extra-file']

/** What Gatehouse measured of a model, as the checks of a security review. What is dangerous, another file than the publisher's, or not measured is an obstacle. */
export function reviewOf(model: HostModel, files: readonly VerifiedFile[], source: string, publishers: readonly Publisher[]): Reviewed {
  const counted = files.filter(({ role, state }) => role !== 'document' || state === 'differs')
  const scanned = counted.filter(({ role, file }) => file !== undefined && mustScan(model.kind, role))
  const unscanned = scanned.filter(({ scan }) => scan === undefined)
  const scan = scanOutcomes.find((outcome) => scanned.some((file) => file.scan?.outcome === outcome)) ?? 'not-cleared'
  const obstacles = [
    ...model.problems.map((problem) => `layout: ${problem}`),
    ...listed(
      'not what was published',
      counted.filter(({ state }) => wrong.includes(state)),
    ),
    ...listed(
      'not hashed',
      counted.filter(({ state, file }) => state === 'not-hashed' && file !== undefined),
    ),
    ...listed('not scanned', unscanned),
    ...listed(
      'dangerous',
      scanned.filter((file) => file.scan?.outcome === 'dangerous'),
    ),
    ...(scanned.length === 0 ? ['it has no file that could be scanned'] : []),
  ]
  return { checks: [publisher(model, source, publishers), hashes(counted), format(scanned), scanCheck(scan, scanned)], scan, obstacles }
}

function listed(what: string, files: readonly VerifiedFile[]): string[] {
  if (files.length === 0) return []
  return [
    `${what}: ${files
      .slice(0, 3)
      .map(({ name }) => name)
      .join(', ')}${files.length > 3 ? ` and ${files.length - 3} more` : ''}`,
  ]
}

function publisher({ source: laidOut }: HostModel, source: string, publishers: readonly Publisher[]): ReviewCheck {
  const check = 'publisher'
  const requested = publisherOf(source)
  const found = publisherOf(laidOut)
  const words = (it: typeof found) => (it === undefined ? 'an unknown place' : `${it.site}/${it.account}`)
  if (found && (requested?.site !== found.site || requested.account.toLowerCase() !== found.account.toLowerCase()))
    return { check, ok: false, detail: `Requested from ${words(requested)}, but its layout says ${words(found)}` }
  const known = verifiedPublisher(source, publishers)
  if (known) return { check, ok: true, detail: `${known.name} (${known.site}/${known.account}) is on the list of publishers` }
  return { check, ok: false, detail: `${words(requested)} is not on the list of publishers` }
}

function hashes(counted: readonly VerifiedFile[]): ReviewCheck {
  const check = 'hashes'
  const verified = counted.filter(({ state }) => state === 'verified')
  if (verified.length < counted.length)
    return { check, ok: false, detail: `${verified.length} of ${counted.length} files have a hash that an official source publishes` }
  const weak = verified.filter((file) => file.weak).length
  if (weak > 0) return { check, ok: false, detail: `${weak} of ${counted.length} hashes were read where the files came from` }
  return { check, ok: counted.length > 0, detail: `All ${counted.length} files have the published hash` }
}

function format(scanned: readonly VerifiedFile[]): ReviewCheck {
  const formats = [...new Set(scanned.flatMap(({ role, scan }) => (role === 'weights' && scan ? [scan.format] : [])))]
  const ok = formats.length > 0 && formats.every((it) => soundFormats.includes(it))
  return { check: 'format', ok, detail: formats.length === 0 ? 'No weights were read' : `Weights are ${formats.join(', ')} by content` }
}

function scanCheck(outcome: ScanOutcome, scanned: readonly VerifiedFile[]): ReviewCheck {
  const open = scanned.filter(({ scan }) => scan?.outcome !== 'cleared')
  if (open.length === 0 && scanned.length > 0) return { check: 'scan', ok: true, detail: `All ${scanned.length} files are cleared` }
  return { check: 'scan', ok: false, detail: listed(outcome, open).join() || 'Nothing was scanned' }
}
