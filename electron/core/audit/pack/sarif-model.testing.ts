import { z } from 'zod'
import { itemIds } from '#shared/model/checklist.ts'
import { outcomes, severities } from '#shared/status.ts'

/**
 * The parts of SARIF 2.1.0 that a report uses, strictly, after its JSON schema (OASIS, sarif-schema-2.1.0.json): no member that it does not have, what it requires, its values,
 * what has to be unique, and the rules of its text that no schema says.
 */
const message = z.strictObject({
  // 3.11.5: a brace stands twice, or begins a placeholder, of which there are no arguments here.
  text: z
    .string()
    .min(1)
    .refine((text) => !/[{}]/.test(text.replaceAll(/\{\{|\}\}/g, ''))),
})
const unique = (list: readonly unknown[]): boolean => new Set(list.map((one) => JSON.stringify(one))).size === list.length
const dateTime = z.iso.datetime()
/** RFC 3986, section 4.1, as JSON schema has it (`uri-reference`): signs beyond ASCII are written with a percent sign. */
const uriReference = z.string().regex(/^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/)
const level = z.enum(['none', 'note', 'warning', 'error'])

const rule = z.strictObject({
  ...{ id: z.string().min(1), shortDescription: message, fullDescription: message },
  defaultConfiguration: z.strictObject({ level }),
  properties: z.strictObject({ 'security-severity': z.string().regex(/^(?:10|\d)\.\d$/), tags: z.array(z.string()).refine(unique) }),
})
const logicalLocations = z.array(z.strictObject({ fullyQualifiedName: z.string().min(1), kind: z.string() })).refine(unique)
const location = z.strictObject({
  logicalLocations,
  physicalLocation: z
    .strictObject({
      // 3.4.3 and 3.4.4: a relative reference does not begin with a slash, and says what it is relative to.
      artifactLocation: z.strictObject({ uri: uriReference.regex(/^[^/]/), uriBaseId: z.literal('PACK') }),
      // No snippet: what is shown of a line is shortened and drawn, and would not be the portion of the file (3.30.13).
      region: z.strictObject({ startLine: z.int().min(1), message: message.optional() }).optional(),
    })
    .optional(),
  message: message.optional(),
})
const result = z
  .strictObject({
    ...{ ruleId: z.string(), ruleIndex: z.int().min(0).optional(), level, message },
    kind: z.enum(['notApplicable', 'pass', 'fail', 'review', 'open', 'informational']),
    locations: z.array(location).min(1),
    partialFingerprints: z.record(z.string(), z.string()),
    suppressions: z
      .array(
        z.strictObject({
          kind: z.enum(['inSource', 'external']),
          status: z.enum(['accepted', 'underReview', 'rejected']),
          justification: z.string(),
        }),
      )
      .refine(unique)
      .optional(),
    properties: z.strictObject({
      ...{ host: z.string().min(1), item: z.enum(itemIds), status: z.enum(outcomes), severity: z.enum(severities) },
      lookedAt: dateTime.nullable(),
    }),
  })
  // 3.27.10: only what failed has a level.
  .refine(({ kind, level: own }) => (kind === 'fail') === (own !== 'none'))
const run = z
  .strictObject({
    tool: z.strictObject({ driver: z.strictObject({ name: z.string(), version: z.string(), rules: z.array(rule).refine(unique) }) }),
    invocations: z.array(z.strictObject({ executionSuccessful: z.boolean(), startTimeUtc: dateTime, endTimeUtc: dateTime })),
    // 3.14.14: without a URI, since a pack may lie anywhere.
    originalUriBaseIds: z.strictObject({ PACK: z.strictObject({ description: message }) }),
    columnKind: z.enum(['utf16CodeUnits', 'unicodeCodePoints']),
    results: z.array(result),
  })
  // 3.27.6: the index is that of the rule.
  .refine(({ tool, results }) =>
    results.every(({ ruleId, ruleIndex }) => ruleIndex === undefined || tool.driver.rules[ruleIndex]?.id === ruleId),
  )

export const sarifModel = z.strictObject({ $schema: z.url(), version: z.literal('2.1.0'), runs: z.tuple([run]) })
