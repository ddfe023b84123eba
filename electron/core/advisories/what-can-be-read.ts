import { type Advisory, advisorySchema } from '#shared/model/advisory.ts'

const { affected, aliases, references, severity, summary, withdrawn } = advisorySchema.shape
const entry = affected.unwrap().element
const { package: named } = entry.shape

/**
 * Of a record that is not wholly as the schema wants it what can be read: holes that are left out pass. What only tells more (summary, references) goes
 * without; versions that are not readable leave the package, of which nothing can be decided then. Undefined for what names no package at all.
 */
export function whatCanBeRead(value: unknown): Advisory | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const given = value as Readonly<Record<string, unknown>>
  const entries = listed(given.affected).flatMap((one) => {
    const whole = entry.safeParse(one)
    if (whole.success) return [whole.data]
    const bare = named.safeParse((one as { readonly package?: unknown } | null)?.package)
    return bare.success ? [{ package: bare.data }] : []
  })
  const parsed = advisorySchema.safeParse({
    ...{ id: given.id, database_specific: given.database_specific, affected: entries },
    modified: momentOf(given.modified) ?? new Date(0).toISOString(),
    withdrawn: withdrawn.catch(undefined).parse(momentOf(given.withdrawn)),
    summary: typeof given.summary === 'string' ? summary.parse(given.summary.slice(0, 2000)) : undefined,
    aliases: all(aliases.unwrap().element, given.aliases, 500),
    severity: all(severity.unwrap().element, given.severity, 20),
    references: all(references.unwrap().element, given.references, 500),
  })
  return parsed.success && entries.length > 0 ? parsed.data : undefined
}

const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const all = <T>(
  schema: { safeParse: (one: unknown) => { readonly success: true; readonly data: T } | { readonly success: false } },
  value: unknown,
  most: number,
): T[] =>
  listed(value)
    .flatMap((one) => {
      const parsed = schema.safeParse(one)
      return parsed.success ? [parsed.data] : []
    })
    .slice(0, most)

/** Any moment that names its offset, in the one way that records write it. */
function momentOf(value: unknown): string | undefined {
  const at = typeof value === 'string' && /^\d{4}-\d\d-\d\d(?:T|$)/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}
