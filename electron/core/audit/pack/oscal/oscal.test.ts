import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AuditResults, ConnectionState, HostAudit } from '#shared/model/audit.ts'
import type { Evidence, Finding } from '#shared/model/finding.ts'
import { outcomes } from '#shared/status.ts'
import { sha256Of } from '../../../ledger/record.ts'
import { packFinding, packSources } from '../pack-contents.testing.ts'
import { oscalFiles } from './oscal-files.ts'
import { assessmentPlanModel, assessmentResultsModel, componentDefinitionModel, poamModel } from './oscal-models.testing.ts'
import { prose } from './prose.ts'
import { uuidOf } from './uuid.ts'

const waiver = {
  ...{ id: 'w', state: 'active' as const, status: 'fail' as const, reason: 'Replaced in May', approver: 'M. Ito' },
  ...{ grantedAt: '2026-11-01T00:00:00.000Z', endsOn: '2026-12-31' },
}
const attestation = {
  ...{ id: 's', state: 'active' as const, statement: 'It is so', name: 'M. Ito', statedAt: waiver.grantedAt, endsOn: '2026-12-31' },
}
const every: Finding[] = [
  ...outcomes.map((status) => packFinding(status, { subject: status })),
  packFinding('waived', { waiver, subject: 'w' }),
  packFinding('pass', { attestation, subject: 's', evidence: [] }),
  // Of one control and subject, as a host may have them.
  ...[1, 2].map((nth) => packFinding('fail', { waiver, subject: 'twin', title: `Port ${nth} is open` })),
]

function documents(findings: Finding[], audit: Partial<AuditResults> = {}) {
  const sources = packSources(findings)
  const files = oscalFiles({ ...sources, audit: { ...sources.audit, ...audit } })
  const [component, plan, results, poam] = files.map(({ pieces }) => JSON.parse([...pieces].join('')))
  return {
    component: componentDefinitionModel.parse(component)['component-definition'],
    plan: assessmentPlanModel.parse(plan)['assessment-plan'],
    results: assessmentResultsModel.parse(results)['assessment-results'],
    poam: poamModel.parse(poam)['plan-of-action-and-milestones'],
  }
}

describe('every document is of its model', () => {
  test.each([
    ['of every outcome', every],
    ['of a host with nothing to say', []],
    ['where all is well', [packFinding('pass')]],
  ])('%s', (_, findings) => {
    const { results, poam } = documents(findings)
    expect([results.metadata['oscal-version'], poam.metadata['oscal-version']]).toEqual(['1.1.2', '1.1.2'])
  })

  test('with any text of a host', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).map((word) => `x${word}`)
    fc.assert(fc.property(text, text, text, (title, subject, reason) => void documents([packFinding('fail', { title, subject, reason })])))
  })
})

test('only a pass is satisfied, and what was not measured says so', () => {
  const states = documents(every).results.results[0]?.findings?.map(({ target }) => [target.status.state, target.status.remarks ?? ''])
  expect(states).toEqual([
    ['not-satisfied', ''],
    ['not-satisfied', 'Warning'],
    ['not-satisfied', 'Not evaluated'],
    ['not-satisfied', 'Needs attestation'],
    ['not-satisfied', 'Waived'],
    ['satisfied', ''],
    ['not-satisfied', 'Waived until 2026-12-31 by M. Ito: Replaced in May'],
    ['satisfied', ''],
    ...[1, 2].map(() => ['not-satisfied', 'Waived until 2026-12-31 by M. Ito: Replaced in May']),
  ])
})

describe('a result says which hosts it knows nothing of', () => {
  const hosts = (...states: ConnectionState[]) =>
    states.map((state, index) => ({ ...[...packSources([]).audit.hosts][0], name: `gpu-${index}`, state }) as HostAudit)
  test.each<[string, Partial<AuditResults>]>([
    ['Every host was looked at.', { hosts: hosts('connected', 'limited') }],
    ['1 of 2 hosts was never looked at.', { hosts: hosts('connected', 'idle') }],
    [
      '2 of 4 hosts were never looked at. 2 of 4 hosts could not be looked at.',
      { hosts: hosts('idle', 'key-changed', 'idle', 'unreachable') },
    ],
    [
      'Stopped before every host was asked. 1 of 2 hosts could not be looked at.',
      { outcome: 'cancelled', hosts: hosts('connected', 'cancelled') },
    ],
  ])('%s', (description, audit) => expect(documents([], audit).results.results[0]?.description).toBe(description))
})

test('nothing to do is not said of what could not be measured', () => {
  const item = (findings: Finding[]) => documents(findings).poam['poam-items'].map(({ title, description }) => `${title}: ${description}`)
  expect(item([packFinding('pass'), packFinding('not-applicable')])).toEqual(['Nothing is open: No check failed or warned on any host.'])
  expect(item([packFinding('pass'), packFinding('not-evaluated'), packFinding('needs-attestation', { subject: 'x' })])).toEqual([
    'Nothing that was measured is open: No check failed or warned on any host. 2 could not be decided, as the assessment results say.',
  ])
})

test('lines of standard error are not said to be in the file of the answer', () => {
  const [proof] = packFinding('not-evaluated').evidence
  const silent = { ...proof, sha256: sha256Of(''), lines: [{ number: 1, text: 'sudo: a password is required' }] } as Evidence
  const observed = documents([packFinding('not-evaluated', { evidence: [silent] })]).results.results[0]?.observations?.[0]
  expect(observed?.['relevant-evidence']?.[0]?.description).toBe('ss -Htlnp, which printed no line')
})

test('what is referred to is there', () => {
  const { plan, results, poam } = documents(every)
  const [result] = results.results
  const observations = new Set(result?.observations?.map(({ uuid }) => uuid))
  const risks = new Set(result?.risks?.map(({ uuid }) => uuid))
  const objectives = new Set(plan['local-definitions']['objectives-and-methods'].flatMap(({ parts }) => parts.map(({ id }) => id)))
  for (const finding of result?.findings ?? []) {
    expect(objectives).toContain(finding.target['target-id'])
    for (const it of finding['related-observations'] ?? []) expect(observations).toContain(it['observation-uuid'])
    for (const it of finding['related-risks'] ?? []) expect(risks).toContain(it['risk-uuid'])
  }
  expect(poam['poam-items'].map((item) => item['related-risks']?.[0]?.['risk-uuid'])).toEqual(poam.risks?.map(({ uuid }) => uuid))
  expect(plan['reviewed-controls']['control-selections'][0]?.['include-controls']).toEqual([{ 'control-id': 'sc-7.5' }])
  expect(result?.attestations).toHaveLength(1)
  expect(poam.risks?.filter(({ status }) => status === 'deviation-approved').map(({ deadline }) => deadline)).toEqual([
    ...[1, 2, 3].map(() => '2026-12-31T23:59:59Z'),
  ])
})

test('a document says nothing twice, and what it was made with and on is defined in it', () => {
  const { plan, results, poam, component } = documents(every)
  for (const document of [plan, results, poam, component]) {
    const uuids = [...JSON.stringify(document).matchAll(/[{,]"uuid":"([^"]+)"/g)].map(([, uuid]) => uuid)
    expect(uuids).toHaveLength(new Set(uuids).size)
  }
  const [result] = results.results
  for (const { observations = [], 'local-definitions': local } of result === undefined ? [poam] : [result, poam]) {
    const tools = local['assessment-assets'].components.map(({ uuid }) => uuid)
    const hosts = local['inventory-items'].map(({ uuid }) => uuid)
    for (const { origins, subjects } of observations) {
      expect(tools).toEqual(expect.arrayContaining(origins.flatMap(({ actors }) => actors.map((actor) => actor['actor-uuid']))))
      expect(hosts).toEqual(expect.arrayContaining(subjects.map((subject) => subject['subject-uuid'])))
    }
  }
  const planned = plan['local-definitions']['inventory-items'].map(({ uuid }) => uuid)
  const subjects = plan['assessment-subjects'].flatMap((of) => of['include-subjects'].map((subject) => subject['subject-uuid']))
  expect(subjects).toEqual(planned)
  for (const { parts } of plan['local-definitions']['objectives-and-methods']) expect(parts[0].props[0].value).toBe(parts[1].id)
})

test('another pack of the same audit has documents of another name, since they were written anew', () => {
  const names = [0, 1].map((later) =>
    oscalFiles({ ...packSources(every), now: later }).map(({ pieces }) => /"uuid":\s*"([^"]+)"/.exec([...pieces].join(''))?.[1]),
  )
  for (const [place, name] of (names[0] ?? []).entries()) expect(names[1]?.[place]).not.toBe(name)
})

describe('text of a host is text in Markdown, too', () => {
  test.each([
    ['New connections to *:11434 and *:8000', String.raw`New connections to \*:11434 and \*:8000`],
    ['[::]:8080 at gpu_01, _so_', String.raw`\[::\]:8080 at gpu_01, \_so\_`],
    ['<b>&lt; & {{ insert: param }} ~/.ssh', String.raw`\<b>\&lt; & \{{ insert: param }} \~/.ssh`],
    ['- one\n# two\n3. three\n    four\n-5 %', '\\- one\n\\# two\n3\\. three\nfour\n-5 %'],
    ['10.0.0.1:22, 0.5 s', '10.0.0.1:22, 0.5 s'],
  ])('%s', (text, markdown) => expect(prose(text)).toBe(markdown))
})

test('a name has one UUID, of version 5', () => {
  expect(uuidOf('a', 'b')).toBe(uuidOf('a', 'b'))
  expect(uuidOf('a', 'b')).not.toBe(uuidOf('a', 'c'))
  expect(uuidOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
