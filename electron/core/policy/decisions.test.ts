import { describe, expect, test } from 'vitest'
import type { Attestation } from '#shared/model/attestation.ts'
import { itemResults } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { Waiver } from '#shared/model/waiver.ts'
import { type Outcome, outcomes } from '#shared/status.ts'
import { decide, waiverState } from './decisions.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')

const finding = (status: Outcome, over: Partial<Finding> = {}): Finding => ({
  ...{ control: 'a-b', item: 'INF-1', status, severity: 'high', title: 'T', subject: 's', reason: 'r', rationale: '', evidence: [] },
  references: [],
  digest: 'd1',
  ...over,
})

const waiver = (over: Partial<Waiver> = {}): Waiver => ({
  ...{ id: 'w1', host: 'gpu-01', control: 'a-b', item: 'INF-1', subject: 's', status: 'fail', title: 'T', digest: 'd1' },
  ...{ reason: 'Replaced in January', approver: 'M. Ito', grantedBy: 'admin', grantedAt: '2026-11-01T00:00:00.000Z', endsOn: '2026-11-22' },
  ...over,
})

const statement = (over: Partial<Attestation> = {}): Attestation => ({
  ...{ id: 's1', control: 'a-b', item: 'INF-1', host: 'gpu-01', subject: 's', digest: 'd1', statement: 'Done.', name: 'M. Ito' },
  ...{ statedBy: 'admin', statedAt: '2026-11-01T00:00:00.000Z', endsOn: '2026-11-22' },
  ...over,
})

const withWaivers = (found: Finding, waivers: readonly Waiver[], now = NOW) =>
  decide('gpu-01', [found], { waivers, attestations: [] }, now)[0]
const withStatements = (found: Finding, attestations: readonly Attestation[], now = NOW) =>
  decide('gpu-01', [found], { waivers: [], attestations }, now)[0]
const withdrawn = { by: 'admin', at: '2026-11-02T00:00:00.000Z' }

describe('a waiver', () => {
  test.each(outcomes.map((status) => [status, ['fail', 'warning', 'needs-attestation'].includes(status) ? 'waived' : status] as const))(
    'turns %s into %s',
    (status, expected) => {
      expect(withWaivers(finding(status), [waiver()])?.status).toBe(expected)
    },
  )

  test('says on the finding who answers for it and until when', () => {
    expect(withWaivers(finding('fail'), [waiver()])?.waiver).toEqual({
      ...{ id: 'w1', state: 'active', status: 'fail', reason: 'Replaced in January', approver: 'M. Ito' },
      ...{ grantedAt: '2026-11-01T00:00:00.000Z', endsOn: '2026-11-22' },
    })
  })

  test.each([
    ['another host', waiver({ host: 'gpu-02' })],
    ['another control', waiver({ control: 'a-c' })],
    ['another subject', waiver({ subject: 't' })],
    ['withdrawn', waiver({ withdrawn })],
  ])('does nothing: %s', (_, other) => {
    expect(withWaivers(finding('fail'), [other])).toEqual(finding('fail'))
  })

  test.each([
    ['on its last day', '2026-11-22T23:59:59.999Z', 'waived', 'active'],
    ['the day after', '2026-11-23T00:00:00.000Z', 'fail', 'expired'],
  ])('%s', (_, now, status, state) => {
    expect(withWaivers(finding('fail'), [waiver()], Date.parse(now))).toMatchObject({ status, waiver: { state } })
  })

  test.each([
    ['other evidence', { digest: 'd2' }],
    ['an audit of an older Gatehouse, without a digest', { digest: undefined }],
  ])('open again: %s', (_, over) => {
    expect(withWaivers({ ...finding('fail'), ...over } as Finding, [waiver()])).toMatchObject({
      status: 'fail',
      waiver: { state: 'changed' },
    })
  })

  test('the newest that stands counts', () => {
    const newer = waiver({ id: 'w2', grantedAt: '2026-11-05T00:00:00.000Z', digest: 'd2' })
    expect(withWaivers(finding('fail', { digest: 'd2' }), [newer, waiver()])?.waiver?.id).toBe('w2')
    expect(withWaivers(finding('fail'), [{ ...newer, withdrawn }, waiver()])?.status).toBe('waived')
  })

  test('one waived finding does not hide another of the same item, and never counts as pass', () => {
    const found = [finding('fail'), finding('fail', { subject: 't' }), finding('pass', { subject: 'u' })]
    const one = decide('gpu-01', found, { waivers: [waiver()], attestations: [] }, NOW)
    expect(itemResults(one)[0]?.status).toBe('fail')
    const both = decide('gpu-01', found, { waivers: [waiver(), waiver({ id: 'w2', subject: 't' })], attestations: [] }, NOW)
    expect(itemResults(both)[0]?.status).toBe('waived')
  })

  test.each([
    ['active', finding('fail'), waiver()],
    ['changed', finding('fail', { digest: 'd2' }), waiver()],
    ['expired', finding('fail'), waiver({ endsOn: '2026-11-21' })],
    ['withdrawn', finding('fail'), waiver({ withdrawn })],
    ['idle', finding('pass'), waiver()],
    ['idle', undefined, waiver()],
  ] as const)('stands as %s', (state, found, given) => {
    expect(waiverState(given, found && withWaivers(found, [given]), NOW)).toBe(state)
  })
})

describe('a statement', () => {
  test('turns what needs it into a pass that names who stated it, and nothing else', () => {
    expect(withStatements(finding('needs-attestation'), [statement()])).toMatchObject({
      ...{ status: 'pass', title: 'Stated, holds until 2026-11-22', reason: 'M. Ito: Done.' },
      attestation: { id: 's1', state: 'active', name: 'M. Ito' },
    })
    for (const status of outcomes.filter((it) => it !== 'needs-attestation'))
      expect(withStatements(finding(status), [statement()])).toEqual(finding(status))
  })

  test('for the whole fleet holds on every host, whatever the evidence', () => {
    expect(withStatements(finding('needs-attestation', { digest: 'd9' }), [statement({ host: null, digest: null })])?.status).toBe('pass')
  })

  test('for some hosts of the fleet holds there alone; another is told whose statement leaves it out', () => {
    const made = statement({ host: null, digest: null, hosts: ['gpu-02'] })
    const asked = finding('needs-attestation')
    expect(withStatements(asked, [statement({ host: null, digest: null, hosts: ['gpu-01', 'gpu-02'] })])?.status).toBe('pass')
    expect(withStatements(asked, [made])).toEqual({
      ...asked,
      ...{ title: 'What was stated leaves this host out', reason: 'M. Ito on 2026-11-01: Done.' },
    })
    // An older one that speaks of it holds until its own end.
    const older = statement({ id: 's0', host: null, digest: null, statedAt: '2026-10-01T00:00:00.000Z' })
    expect(withStatements(asked, [older, made])).toMatchObject({ status: 'pass', attestation: { id: 's0' } })
    expect(withStatements(asked, [{ ...older, endsOn: '2026-11-20' }, made])).toMatchObject({
      ...{ status: 'needs-attestation', title: 'What was stated leaves this host out' },
    })
    expect(withStatements(finding('fail'), [made])).toEqual(finding('fail'))
  })

  test.each([
    ['expired', statement({ endsOn: '2026-11-21' }), 'expired'],
    ['other evidence', statement({ digest: 'd0' }), 'changed'],
    ['withdrawn', statement({ withdrawn }), undefined],
    ['another host', statement({ host: 'gpu-02' }), undefined],
  ])('asks again: %s', (_, made, state) => {
    const decided = withStatements(finding('needs-attestation'), [made])
    expect(decided?.status).toBe('needs-attestation')
    expect(decided?.attestation?.state).toBe(state)
  })
})
