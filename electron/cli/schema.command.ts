import { z } from 'zod'
import { accessListSchema } from '#shared/model/access.ts'
import { fullAccessReviewSchema } from '#shared/model/access-review.ts'
import { controlEntriesSchema } from '#shared/model/control-entry.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { comparisonSchema, trendSchema } from '#shared/model/history.ts'
import { recordedReviewsSchema } from '#shared/model/recorded-review.ts'
import { auditReportSchema } from '#shared/model/report.ts'
import { ExitCode, UsageError } from './exit-code.ts'

const schemas: Readonly<Record<string, () => object>> = {
  fleet: () => z.toJSONSchema(fleetSchema, { io: 'input', unrepresentable: 'any' }),
  controls: () => z.toJSONSchema(controlEntriesSchema, { unrepresentable: 'any' }),
  access: () => z.toJSONSchema(accessListSchema, { unrepresentable: 'any' }),
  'access-review': () => z.toJSONSchema(fullAccessReviewSchema, { unrepresentable: 'any' }),
  'access-reviews': () => z.toJSONSchema(recordedReviewsSchema, { unrepresentable: 'any' }),
  audits: () => z.toJSONSchema(trendSchema, { unrepresentable: 'any' }),
  comparison: () => z.toJSONSchema(comparisonSchema, { unrepresentable: 'any' }),
  report: () => z.toJSONSchema(auditReportSchema, { unrepresentable: 'any' }),
}

/** JSON Schema (2020-12) of what Gatehouse reads and writes. `assets/schemas/` holds the same, checked by a test. */
export const schemaText = (name: string): string | undefined => {
  const make = schemas[name]
  return make && `${JSON.stringify(make(), null, 2)}\n`
}

/** Prints a JSON Schema, by which editors check what they write. */
export async function runSchema([name]: string[]): Promise<number> {
  const text = schemaText(name ?? '')
  if (text === undefined) throw new UsageError(`schema: expected one of ${Object.keys(schemas).join(', ')}`)
  process.stdout.write(text)
  return ExitCode.clean
}
