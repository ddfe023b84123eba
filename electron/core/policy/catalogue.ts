import { itemIds } from '#shared/model/checklist.ts'
import type { ControlDetail, ControlEntry } from '#shared/model/control-entry.ts'
import { severities } from '#shared/status.ts'
import type { AnyControl } from './control.ts'
import { parseReference } from './references.ts'

/** By item of the checklist, the worst first. */
const inOrder = (controls: readonly AnyControl[]): readonly AnyControl[] =>
  [...controls].sort(
    (a, b) =>
      itemIds.indexOf(a.item) - itemIds.indexOf(b.item) ||
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      a.id.localeCompare(b.id, 'en'),
  )

/** What `gatehouse controls --json` prints. */
export const catalogueOf = (controls: readonly AnyControl[]): ControlEntry[] =>
  inOrder(controls).map(({ id, item, title, rationale, severity, references }) => ({
    ...{ id, item, title, rationale, severity },
    references: [...references],
  }))

/** What the window shows. */
export const detailsOf = (controls: readonly AnyControl[]): ControlDetail[] =>
  inOrder(controls).map(({ id, item, title, rationale, severity, references, remediation, steps, attestation }) => ({
    ...{ id, item, title, rationale, severity },
    references: references.map((text) => parseReference(text) ?? { framework: null, id: text }),
    ...(remediation && { remediation: { ...remediation } }),
    ...(steps !== undefined && { steps }),
    ...(attestation && { attestation: { ...attestation } }),
  }))
