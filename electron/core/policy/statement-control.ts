import type { AttestationRequest } from '#shared/model/attestation.ts'
import { type AnyControl, type Control, defineControl } from './control.ts'

type StatementControl = Pick<Control, 'id' | 'item' | 'severity' | 'title' | 'rationale' | 'references'> & {
  /** The observed fact while nobody has stated it, under 48 characters. */
  readonly missing: string
  readonly attestation: AttestationRequest & { readonly scope: 'fleet' }
}

/** A control that no machine can answer, and that holds for the whole fleet: it asks until somebody states it. */
export const defineStatement = ({ missing, ...control }: StatementControl): AnyControl =>
  defineControl({
    ...control,
    needs: [],
    evaluate: () => [{ status: 'needs-attestation', subject: '', title: missing, reason: control.attestation.question, cite: [] }],
  })
