import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Finding } from '#shared/model/finding.ts'
import { outcomes } from '#shared/status.ts'
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

function documents(findings: Finding[]) {
  const [component, plan, results, poam] = oscalFiles(packSources(findings)).map(({ pieces }) => JSON.parse([...pieces].join('')))
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
