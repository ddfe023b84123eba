import shipped from '#assets/advisories/advisories.json' with { type: 'json' }
import { type AdvisorySet, advisorySetSchema } from '#shared/model/advisory.ts'

let parsed: AdvisorySet | undefined

/** The records of this release. Bundled into the app, read from the folder of assets by plain Node; the same for both. */
export function shippedAdvisories(): AdvisorySet {
  parsed ??= advisorySetSchema.parse(shipped)
  return parsed
}
