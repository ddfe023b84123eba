import { describe, expect, test } from 'vitest'
import { type Advisory, type Affected, advisorySchema } from '#shared/model/advisory.ts'
import { createAdvisoryBook } from './advisory-book.ts'
import { concernOf } from './ranges.ts'
import { severityOf } from './severity.ts'
import { shippedAdvisories } from './shipped.ts'
import { orderingOf } from './versions/ordering.ts'

const vllm = { ecosystem: 'PyPI', name: 'vllm' }
const advisory = (id: string, affected: Partial<Affected>, more: object = {}): Advisory =>
  advisorySchema.parse({ id, modified: '2026-01-01T00:00:00Z', affected: [{ package: vllm, ...affected }], ...more })
const range = (...events: object[]) => ({ ranges: [{ type: 'ECOSYSTEM' as const, events }] }) as Partial<Affected>

describe('ranges as OSV evaluates them', () => {
  const judge = (affected: Partial<Affected>, version: string, ecosystem = 'PyPI') => {
    const compare = orderingOf(ecosystem, vllm.name)
    if (!compare) throw new Error('no ordering')
    const concern = concernOf({ package: vllm, ...affected }, version, compare)
    return concern.state === 'affected' ? `affected, fixed in ${concern.fixed}` : concern.state
  }
  test.each<[string, Partial<Affected>, string, string]>([
    ['before the fix', range({ introduced: '0' }, { fixed: '0.11.0' }), '0.10.2', 'affected, fixed in 0.11.0'],
    ['a pre-release of the fix', range({ introduced: '0' }, { fixed: '0.11.0' }), '0.11.0rc1', 'affected, fixed in 0.11.0'],
    ['the fix', range({ introduced: '0' }, { fixed: '0.11.0' }), '0.11.0', 'unaffected'],
    ['a local build of the fix', range({ introduced: '0' }, { fixed: '0.11.0' }), '0.11.0+cu128', 'unaffected'],
    ['a nightly before all', range({ introduced: '0' }, { fixed: '0.11.0' }), '0.0.0.dev1', 'affected, fixed in 0.11.0'],
    ['before it came in', range({ introduced: '0.8.0' }, { fixed: '0.8.5' }), '0.7.3', 'unaffected'],
    ['the last affected', range({ introduced: '0' }, { last_affected: '0.8.5.post1' }), '0.8.5.post1', 'affected, fixed in undefined'],
    ['after the last affected', range({ introduced: '0' }, { last_affected: '0.8.5.post1' }), '0.9.0', 'unaffected'],
    ['no end', range({ introduced: '0.5.0' }), '9.9', 'affected, fixed in undefined'],
    [
      'the second branch, events in any order',
      range({ fixed: '1.2' }, { introduced: '2.0' }, { introduced: '1.0' }, { fixed: '2.1' }),
      '2.0.5',
      'affected, fixed in 2.1',
    ],
    ['between two branches', range({ introduced: '1.0' }, { fixed: '1.2' }, { introduced: '2.0' }, { fixed: '2.1' }), '1.5', 'unaffected'],
    [
      'a pre-release of the one that it came with',
      range({ introduced: '0.8.0' }, { fixed: '0.8.5' }),
      '0.8.0rc1',
      'affected, fixed in 0.8.5',
    ],
    [
      'a pre-release at the head of the second branch',
      range({ introduced: '1.0' }, { fixed: '1.2' }, { introduced: '2.0' }, { fixed: '2.1' }),
      '2.0.dev3',
      'affected, fixed in 2.1',
    ],
    [
      'a pre-release that is older than the one it came with',
      range({ introduced: '0.8.0rc2' }, { fixed: '0.8.5' }),
      '0.8.0rc1',
      'unaffected',
    ],
    ['a pre-release in fewer numbers', range({ introduced: '2.0.0' }, { fixed: '2.1.0' }), '2.0rc1', 'affected, fixed in 2.1.0'],
    ['a pre-release of another', range({ introduced: '0.8.1' }, { fixed: '0.8.5' }), '0.8.0rc1', 'unaffected'],
    ['beyond a limit', range({ introduced: '0' }, { limit: '1.0' }), '1.0', 'unaffected'],
    ['within a limit', range({ introduced: '0' }, { limit: '1.0' }), '0.9', 'affected, fixed in undefined'],
    ['no limit', range({ introduced: '0' }, { limit: '*' }), '3.0', 'affected, fixed in undefined'],
    ['listed', { versions: ['1.82.7', '1.82.8'] }, '1.82.8', 'affected, fixed in undefined'],
    ['listed, written otherwise', { versions: ['1.82'] }, '1.82.0', 'affected, fixed in undefined'],
    ['not listed', { versions: ['1.82.7', '1.82.8'] }, '1.82.9', 'unaffected'],
    ['a range without a beginning', range({ fixed: '1.0' }), '0.9', 'undecided'],
    ['a version that is none', range({ introduced: '0' }, { fixed: '1.0' }), 'main', 'undecided'],
    ['an event that is none', range({ introduced: '0' }, { fixed: 'next release' }), '1.0', 'undecided'],
    ['only commits', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }, { fixed: 'deadbeef' }] }] }, '1.0', 'undecided'],
    ['nothing at all', {}, '1.0', 'undecided'],
  ])('%s', (_, affected, version, expected) => expect(judge(affected, version)).toBe(expected))

  test.each([
    ['27.0.0-rc.1', 1],
    ['27.1.1-3-gabc1234', 0],
    ['27.1.1-0-gabc1234-dirty', 0],
    ['27.1.1-dirty', 0],
    ['27.1.1-rc.1-3-gabc1234', 1],
    ['27.1.0-3-gabc1234', 1],
    ['26.9.0-3-gabc1234', 0],
  ])('a build of Go %s, as git describes it', (version, count) => {
    const ranges = range({ introduced: '27.0.0' }, { fixed: '27.1.1' })
    const name = { ecosystem: 'Go', name: 'github.com/docker/docker' }
    const record = { id: 'A', modified: '2026-01-01T00:00:00Z', affected: [{ package: name, ...ranges }] } as Advisory
    expect(createAdvisoryBook([record], []).assess(name, version).matches).toHaveLength(count)
  })

  test.each<[string, Partial<Affected>, string, number]>([
    ['of the last affected', range({ introduced: '0' }, { last_affected: '2.5.1' }), '2.5.1+cu124', 1],
    ['of a listed one', { versions: ['2.5.1'] }, '2.5.1+cu124', 1],
    ['of the fix', range({ introduced: '0' }, { fixed: '2.6.0' }), '2.6.0+cu124', 0],
    ['of the one before', range({ introduced: '0' }, { fixed: '2.6.0' }), '2.5.1+cu124', 1],
    ['of a nightly', range({ introduced: '0' }, { fixed: '2.6.0' }), '2.6.0.dev20250101+cu124', 1],
  ])('a local build %s', (_, affected, version, count) => {
    const record = { id: 'A', modified: '2026-01-01T00:00:00Z', affected: [{ package: vllm, ...affected }] } as Advisory
    expect(createAdvisoryBook([record], []).assess(vllm, version).matches).toHaveLength(count)
  })

  test('branches of the NVIDIA driver, one range each', () => {
    const book = createAdvisoryBook(shippedAdvisories().records, [])
    const ids = (version: string) =>
      book.assess({ ecosystem: 'upstream', name: 'nvidia-driver' }, version).matches.map(({ advisory: one, fixed }) => `${one.id} ${fixed}`)
    expect(ids('550.90.07')).toContain('CVE-2024-0150 550.144.03')
    expect(ids('550.144.03')).not.toContain('CVE-2024-0150 550.144.03')
    expect(ids('535.309.01')).toEqual([])
    expect(ids('580.159.03')).toEqual([])
  })
})

describe('the book', () => {
  test('one entry for each hole, exploited first, then the worst', () => {
    const records = [
      advisory('CVE-1', range({ introduced: '0' }), { database_specific: { severity: 'MODERATE' } }),
      advisory('GHSA-1', range({ introduced: '0' }, { fixed: '2.0' }), { aliases: ['CVE-1'], database_specific: { severity: 'HIGH' } }),
      advisory('CVE-2', range({ introduced: '0' }), { database_specific: { severity: 'CRITICAL' } }),
      advisory('CVE-3', range({ introduced: '0' }), { database_specific: { severity: 'LOW', exploited: true } }),
      advisory('CVE-4', range({ introduced: '0' })),
      advisory('CVE-5', range({ introduced: '0' }), { withdrawn: '2026-02-01T00:00:00Z' }),
      advisory('CVE-6', range({ introduced: '5' })),
    ]
    const { matches, known } = createAdvisoryBook(records, []).assess({ ecosystem: 'PyPI', name: 'vLLM' }, '1.0')
    expect(matches.map((one) => [one.advisory.id, one.severity, one.fixed])).toEqual([
      ['CVE-3', 'low', undefined],
      ['CVE-2', 'critical', undefined],
      ['GHSA-1', 'high', '2.0'],
      ['CVE-4', undefined, undefined],
    ])
    expect(known).toBe(6)
  })

  test('two records of one id make one entry, and neither hides the other', () => {
    const fixed = advisory('CVE-1', range({ introduced: '0' }, { fixed: '1.0' }))
    const open = { ...advisory('CVE-1', range({ introduced: '0' })), modified: '2020-01-01T00:00:00Z' }
    for (const records of [
      [fixed, open],
      [open, fixed],
    ]) {
      const book = createAdvisoryBook(records, [])
      expect([book.assess(vllm, '1.0').matches.length, book.assess(vllm, '0.9').matches.length, book.size]).toEqual([1, 1, 1])
    }
  })

  test('a version that cannot be compared is undecided, never unaffected', () => {
    const found = createAdvisoryBook([advisory('CVE-1', range({ introduced: '0' }, { fixed: '1.0' }))], []).assess(vllm, 'nightly')
    expect([found.matches.length, found.undecided.length]).toEqual([0, 1])
  })

  test('names of other ecosystems are other packages', () => {
    const book = createAdvisoryBook([advisory('CVE-1', range({ introduced: '0' }))], [])
    expect(book.assess({ ecosystem: 'Go', name: 'vllm' }, '1.0.0').known).toBe(0)
  })
})

const severityAlone = (severity: readonly object[]) => severityOf(advisory('CVE-1', {}, { severity }), () => true)

test('severity: the word of the database, else the score, else none', () => {
  const of = (more: object) => severityOf(advisory('CVE-1', {}, more), () => true)
  const vector = { severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }] }
  expect(of({ ...vector, database_specific: { severity: 'LOW' } })).toBe('low')
  expect(of(vector)).toBe('critical')
  expect(of({})).toBeUndefined()
  expect(of({ database_specific: { severity: 7 } })).toBeUndefined()
})

test('what is stated of one package goes before the word and the score of the record', () => {
  const low = { type: 'CVSS_V4', score: 'CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N' }
  const worst = { type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' }
  const other = { package: { ecosystem: 'PyPI', name: 'other' }, severity: [low] }
  const record = advisory('CVE-1', { ...range({ introduced: '0' }), severity: [low, worst] }, { database_specific: { severity: 'LOW' } })
  const both = { ...record, affected: [...record.affected, other] }
  expect(createAdvisoryBook([both], []).assess(vllm, '1.0').matches[0]?.severity).toBe('critical')
  expect(createAdvisoryBook([both], []).assess(other.package, '1.0').matches).toEqual([])
})

test.each([
  ['critical', 'critical'],
  ['Negligible', 'low'],
  ['untriaged', undefined],
])('priority %s of Ubuntu is %s', (score, severity) => {
  expect(severityAlone([{ type: 'Ubuntu', score }])).toBe(severity)
})

test('a CVSS 3 score goes before CVSS 4', () => {
  const severity = [
    { type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' },
    { type: 'CVSS_V3', score: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H' },
  ]
  expect(severityAlone(severity)).toBe('high')
})

describe('the data that ships', () => {
  const { records, published } = shippedAdvisories()
  test('is of the shape, each record once, with a source and comparable versions', () => {
    expect(records.length).toBeGreaterThan(300)
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
    expect(records.filter(({ database_specific: own }) => !own?.source || !own.confidence).map(({ id }) => id)).toEqual([])
    expect(Date.parse(published)).toBeGreaterThan(Date.UTC(2026, 0, 1))
    const versionsOf = (one: Affected) => [
      ...(one.versions ?? []),
      ...(one.ranges ?? []).flatMap(({ events }) => events.flatMap((event) => Object.values(event).filter((one) => one !== undefined))),
    ]
    const wrong = records.flatMap(({ id, affected }) =>
      affected.flatMap((one) => {
        const compare = orderingOf(one.package.ecosystem, one.package.name)
        return versionsOf(one)
          .filter((version) => version !== '0' && compare?.(version, version) !== 0)
          .map((version) => `${id}: ${one.package.name} ${version}`)
      }),
    )
    expect(wrong).toEqual([])
  })

  /** Read from the record that each names, 2026-11. */
  test.each<[string, string, string, string, string]>([
    ['Go', 'github.com/ollama/ollama', '0.1.33', 'CVE-2024-37032', '0.1.34'],
    ['Go', 'github.com/ollama/ollama', '0.17.0', 'CVE-2026-7482', '0.17.1'],
    ['PyPI', 'vllm', '0.11.0rc1', 'CVE-2025-59425', '0.11.0rc2'],
    ['PyPI', 'torch', '2.5.1+cu124', 'CVE-2025-32434', '2.6.0'],
    ['Go', 'github.com/NVIDIA/nvidia-container-toolkit', '1.17.7', 'CVE-2025-23266', '1.17.8'],
    ['upstream', 'llama.cpp', 'b5661', 'CVE-2025-49847', 'b5662'],
    ['upstream', 'nvidia-driver', '595.58.03', 'CVE-2026-24187', '595.71.05'],
  ])('%s %s %s has %s', (ecosystem, name, version, id, fixed) => {
    const found = createAdvisoryBook(records, []).assess({ ecosystem, name }, version).matches
    expect(found.find((one) => one.advisory.id === id)?.fixed).toBe(fixed)
    expect(
      createAdvisoryBook(records, [])
        .assess({ ecosystem, name }, fixed)
        .matches.map((one) => one.advisory.id),
    ).not.toContain(id)
  })
})

describe('records of a dump', () => {
  const go = (name: string) => ({ ecosystem: 'Go', name })
  const record = (id: string, aliases: readonly string[], entries: Readonly<Record<string, readonly object[]>>): Advisory =>
    advisorySchema.parse({
      ...{ id, aliases, modified: '2026-01-01T00:00:00Z' },
      affected: Object.entries(entries).map(([name, events]) => ({ package: go(name), ranges: [{ type: 'SEMVER', events }] })),
    })
  const open = [{ introduced: '0' }]
  const until = (fixed: string) => [{ introduced: '0' }, { fixed }]
  const containerd = 'github.com/containerd/containerd'
  const oauth2 = 'github.com/oauth2-proxy/oauth2-proxy'
  const [ollama, docker, moby] = ['github.com/ollama/ollama', 'github.com/docker/docker', 'github.com/moby/moby']
  /** As Go's database has them (golang/vulndb, data/osv). */
  const goRecords = [
    record('GO-2025-4100', ['CVE-2024-25621'], {
      [containerd]: until('1.7.29'),
      [`${containerd}/v2`]: [...until('2.0.7'), { introduced: '2.1.0-beta.0' }, { fixed: '2.1.5' }],
    }),
    record('GO-2025-4113', ['CVE-2025-64484'], { [oauth2]: open, [`${oauth2}/v7`]: until('7.13.0') }),
    record('GO-2025-3824', ['CVE-2025-51471'], { [ollama]: open }),
    record('GO-1', ['CVE-D'], { [docker]: open, [`${moby}/v2`]: until('2.0.0-beta.8') }),
    record('GO-2', ['CVE-E'], { [docker]: open, [`${moby}/v2`]: until('2.0.0-beta.8') }),
  ]
  const known = [
    record('CVE-2025-51471', [], { [ollama]: [{ introduced: '0' }, { last_affected: '0.9.6' }] }),
    record('GHSA-E', ['CVE-E'], { [moby]: until('29.3.1') }),
  ]
  const book = createAdvisoryBook(known, [], goRecords)
  test.each<[string, readonly string[], string, readonly string[]]>([
    ['containerd 1 with the fix', [containerd, `${containerd}/v2`], '1.7.29', []],
    ['containerd 1 without', [containerd, `${containerd}/v2`], '1.7.28', ['GO-2025-4100']],
    ['containerd 2 with the fix', [containerd, `${containerd}/v2`], '2.1.5', []],
    ['containerd 2 without', [containerd, `${containerd}/v2`], '2.0.6', ['GO-2025-4100']],
    ['oauth2-proxy with the fix', [`${oauth2}/v7`, oauth2], '7.13.0', []],
    ['oauth2-proxy without', [`${oauth2}/v7`, oauth2], 'v7.12.0', ['GO-2025-4113']],
    ['oauth2-proxy of before /v7', [`${oauth2}/v7`, oauth2], '6.1.1', ['GO-2025-4113']],
    ['Ollama after the last affected', [ollama], '0.20.5', ['GO-2025-3824 perhaps']],
    ['Ollama of the last affected', [ollama], '0.9.6', ['CVE-2025-51471']],
    // Nobody states a fix of releases that are no module of Go.
    ['Docker of a hole that only /v2 is mended of', [docker, moby, `${moby}/v2`], '28.5.2', ['GO-2', 'GO-1']],
    ['Docker, where another database knows the fix', [docker, moby, `${moby}/v2`], '29.3.1', ['GO-1 perhaps']],
    ['Docker of a beta that is not known', [docker, moby, `${moby}/v2`], '29.0.0', ['GO-1 perhaps', 'GHSA-E']],
    ['Docker after the beta of the fix', [docker, moby, `${moby}/v2`], '29.4.1', []],
  ])('%s', (_, names, version, expected) => {
    const found = book.assess(names.map(go), version).matches
    expect(found.map(({ advisory: { id, database_specific: own } }) => id + (own?.condition ? ' perhaps' : ''))).toEqual(expected)
  })

  test('a range without an end of the data in use is not ended by a dump', () => {
    const shipped = record('CVE-9', [], { [ollama]: open })
    const dumped = record('GHSA-9', ['CVE-9'], { [ollama]: until('0.1.0') })
    expect(createAdvisoryBook([shipped], [], [dumped]).assess(go(ollama), '0.20.5').matches).toHaveLength(1)
  })

  test('a malicious release is critical, and before all else', () => {
    const bad = advisory('MAL-2026-1', { versions: ['1.82.8'] })
    const worse = advisory('CVE-1', range({ introduced: '0' }), { database_specific: { severity: 'CRITICAL' } })
    const found = createAdvisoryBook([worse], [], [bad]).assess(vllm, '1.82.8').matches
    expect(found.map((one) => [one.advisory.id, one.severity])).toEqual([
      ['MAL-2026-1', 'critical'],
      ['CVE-1', 'critical'],
    ])
  })
})
