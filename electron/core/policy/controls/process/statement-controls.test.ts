import { expect, test } from 'vitest'
import { evaluate, type KnownFacts } from '../../engine.ts'
import { controls } from '../../registry.ts'

const statements = controls.filter(({ attestation, needs }) => attestation?.scope === 'fleet' && needs.length === 0)

test.each(statements.map((control) => [control.id, control] as const))('%s asks, whatever is known of the host', (_, control) => {
  const found = evaluate([control], {} as KnownFacts, new Map(), {} as never)
  expect(found).toMatchObject([{ status: 'needs-attestation', subject: '', reason: control.attestation?.question }])
})

test('the items that only a person can answer have a statement', () => {
  expect(statements.map(({ item }) => item).sort()).toEqual(expect.arrayContaining(['MON-4', 'OPS-2', 'OPS-3', 'SUP-3']))
})
