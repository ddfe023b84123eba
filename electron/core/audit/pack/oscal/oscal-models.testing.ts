import { z } from 'zod'

/**
 * The parts of the OSCAL models that the documents of a pack use, strictly: a member that the model does not have, or lacks, is refused. Held member by
 * member against the JSON schema of OSCAL 1.1.2 (NIST, oscal_complete_schema.json, `$id` http://csrc.nist.gov/ns/oscal/1.0/1.1.2/oscal-complete-schema.json)
 * and the constraints of its metaschema (README.md): every required member is required here, and no member is here that is not there, so a document of
 * these models is valid by it. Patterns are those of its UUIDDatatype, TokenDatatype, StringDatatype, DateTimeWithTimezoneDatatype (in UTC, which is all
 * that is written), URIDatatype; texts that it leaves open are not empty here.
 */
const uuid = z.string().regex(/^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$/)
const token = z.string().regex(/^(?:\p{L}|_)(?:\p{L}|\p{N}|[.\-_])*$/u)
const line = z.string().regex(/^\S(?:.*\S)?$/u)
const markup = z.string().min(1)
/** MarkupLineDatatype, of the reference of data types; the JSON schema has it from 1.2.0 on, until then it leaves titles open. */
const markupLine = z.string().regex(/^[^\n\r]*\S[^\n\r]*$/)
const dateTime = z.iso.datetime().regex(/^(?:19|2\d)\d{2}-/)
const uri = z.url().regex(/^[a-zA-Z][a-zA-Z0-9+\-.]+:.+$/)
/** RFC 3986, section 4.1: what a relative reference may hold. */
const uriReference = z.string().regex(/^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/)
const list = <T extends z.ZodType>(of: T) => z.array(of).min(1)
const optionalList = <T extends z.ZodType>(of: T) => list(of).optional()

const prop = z.strictObject({ name: token, ns: uri.optional(), value: line })
const props = optionalList(prop)
const metadata = z.strictObject({ title: markupLine, 'last-modified': dateTime, version: line, 'oscal-version': z.literal('1.1.2') })
const reviewedControls = z.strictObject({
  description: markup,
  'control-selections': list(z.strictObject({ 'include-controls': list(z.strictObject({ 'control-id': token })) })),
})
const component = z.strictObject({
  ...{ uuid, type: line, title: markupLine, description: markup },
  status: z.strictObject({ state: z.enum(['under-development', 'operational', 'disposition', 'other']) }),
})
const inventoryItem = z.strictObject({ uuid, description: markup })
const assets = z.strictObject({
  components: list(component),
  'assessment-platforms': list(
    z.strictObject({ uuid, title: markupLine, 'uses-components': list(z.strictObject({ 'component-uuid': uuid })) }),
  ),
})
/** A property of OSCAL's own: its constraints list the names for each place. */
const ownProp = (name: string, value: z.ZodType) => z.strictObject({ name: z.literal(name), value })
const method = z.enum(['INTERVIEW', 'EXAMINE', 'TEST'])
/** Constraints of a local objective: one part for what must hold that names its method, one for the method, which has what it is used on. */
const objectiveParts = z.tuple([
  z.strictObject({
    ...{ id: token, name: z.literal('assessment-objective'), title: markupLine, prose: markup },
    props: z.tuple([ownProp('method-id', token)]),
  }),
  z.strictObject({
    ...{ id: token, name: z.literal('assessment-method'), props: z.tuple([ownProp('method', method)]) },
    parts: z.tuple([z.strictObject({ name: z.literal('assessment-objects'), prose: markup })]),
  }),
])
/** Of an assessment, which has no id. Without a namespace its name has to be one that OSCAL defines: asset, method, objective (which needs a method). */
const assessmentPart = z.strictObject({ name: token, ns: uri, title: markupLine, prose: markup })
const origin = z.strictObject({
  actors: list(z.strictObject({ type: z.enum(['tool', 'assessment-platform', 'party']), 'actor-uuid': uuid })),
})
const observation = z.strictObject({
  ...{ uuid, title: markupLine, description: markup, props, collected: dateTime },
  methods: list(z.enum(['EXAMINE', 'INTERVIEW', 'TEST', 'UNKNOWN'])),
  subjects: list(z.strictObject({ 'subject-uuid': uuid, type: token, title: markupLine })),
  origins: list(origin),
  'relevant-evidence': optionalList(z.strictObject({ href: uriReference, description: markup, props })),
})
const related = optionalList(z.strictObject({ 'observation-uuid': uuid }))
const risk = z.strictObject({
  ...{ uuid, title: markupLine, description: markup, statement: markup, props, deadline: dateTime.optional() },
  status: z.enum(['open', 'investigating', 'remediating', 'deviation-requested', 'deviation-approved', 'closed']),
  'mitigating-factors': optionalList(z.strictObject({ uuid, description: markup })),
  'related-observations': related,
})
const relatedRisks = optionalList(z.strictObject({ 'risk-uuid': uuid }))
const finding = z.strictObject({
  ...{ uuid, title: markupLine, description: markup },
  target: z.strictObject({
    type: z.enum(['statement-id', 'objective-id']),
    'target-id': token,
    status: z.strictObject({
      state: z.enum(['satisfied', 'not-satisfied']),
      reason: z.enum(['pass', 'fail', 'other']),
      remarks: markup.optional(),
    }),
  }),
  'related-observations': related,
  'related-risks': relatedRisks,
})

export const componentDefinitionModel = z.strictObject({
  'component-definition': z.strictObject({
    uuid,
    metadata,
    components: list(
      z.strictObject({
        ...{ uuid, type: line, title: markupLine, description: markup },
        'control-implementations': list(
          z.strictObject({
            ...{ uuid, source: uri, description: markup },
            'implemented-requirements': list(z.strictObject({ uuid, 'control-id': token, description: markup, props })),
          }),
        ),
      }),
    ),
  }),
})

export const assessmentPlanModel = z.strictObject({
  'assessment-plan': z.strictObject({
    uuid,
    metadata,
    'import-ssp': z.strictObject({ href: uriReference, remarks: markup }),
    'local-definitions': z.strictObject({
      'inventory-items': list(inventoryItem),
      'objectives-and-methods': list(z.strictObject({ 'control-id': token, description: markup, parts: objectiveParts })),
      activities: list(z.strictObject({ uuid, title: markupLine, description: markup, props: list(ownProp('method', method)) })),
    }),
    'reviewed-controls': reviewedControls,
    'assessment-subjects': list(
      z.strictObject({ type: token, 'include-subjects': list(z.strictObject({ 'subject-uuid': uuid, type: token })) }),
    ),
    'assessment-assets': assets,
    tasks: list(z.strictObject({ uuid, type: z.enum(['milestone', 'action']), title: markupLine })),
    'back-matter': z.strictObject({ resources: list(z.strictObject({ uuid, title: markupLine, description: markup })) }),
  }),
})

export const assessmentResultsModel = z.strictObject({
  'assessment-results': z.strictObject({
    uuid,
    metadata,
    'import-ap': z.strictObject({ href: uriReference }),
    results: list(
      z.strictObject({
        ...{ uuid, title: markupLine, description: markup, start: dateTime, end: dateTime },
        'local-definitions': z.strictObject({ 'inventory-items': list(inventoryItem), 'assessment-assets': assets }),
        'reviewed-controls': reviewedControls,
        attestations: optionalList(z.strictObject({ parts: list(assessmentPart) })),
        observations: optionalList(observation),
        risks: optionalList(risk),
        findings: optionalList(finding),
      }),
    ),
  }),
})

export const poamModel = z.strictObject({
  'plan-of-action-and-milestones': z.strictObject({
    uuid,
    metadata,
    'system-id': z.strictObject({ 'identifier-type': uri, id: line }),
    'local-definitions': z.strictObject({ 'inventory-items': list(inventoryItem), 'assessment-assets': assets }),
    observations: optionalList(observation),
    risks: optionalList(risk),
    'poam-items': list(
      z.strictObject({
        ...{ uuid, title: markupLine, description: markup },
        'related-observations': related,
        'related-risks': relatedRisks,
      }),
    ),
  }),
})
