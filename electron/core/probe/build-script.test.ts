import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { buildProbe, displayOf } from './build-script.ts'
import { command, type SectionSpec, script } from './section.ts'

const nonce = 'a'.repeat(32)
const sections = [
  command({ id: 'touch', argv: ['/usr/bin/echo', "it's"], privilege: 'none' }),
  script({ id: 'script', script: 'echo "$1"', parameters: ["a'b\nc"], display: 'echo' }),
]

/** Without what follows the end of the answer, which means nothing. */
const said = (shell: string, input: string): readonly string[] =>
  spawnSync(shell, [], { input, encoding: 'latin1' })
    .stdout.replace(/( z\n).*\n(\w+ r\n)$/s, '$1$2')
    .split('\n')
    .map((line) => line.replace(/ \d+\.\d+/g, ' time'))
    .filter((line) => line !== '')

test.each(['/usr/bin/dash', '/usr/bin/bash'])('%s: cut short anywhere, what has arrived whole runs and nothing else', (shell) => {
  const { script: text, preamble, call } = buildProbe(sections, nonce)
  const whole = said(shell, text)
  expect(whole).toHaveLength(said(shell, preamble + call).length)
  expect(whole).toContain(`${nonce} 0 o it's~n`)
  const begins = [...text.matchAll(/^\{ gh_lane \d+ (\d+); \}$/gm)].map((line) => ({ index: line[1], end: line.index + line[0].length }))
  expect(begins.map(({ index }) => index).sort()).toEqual(['0', '1'])
  const cuts = [
    ...Array.from({ length: 25 }, (_, i) => Math.floor((text.length * i) / 25)),
    ...begins.flatMap(({ end }) => [end - 1, end, end + 1]),
  ]
  for (const cut of cuts) {
    const lines = said(shell, text.slice(0, cut))
    expect(whole, `cut at ${cut}`).toEqual(expect.arrayContaining([...lines]))
    for (const { index, end } of begins)
      expect(
        lines.some((line) => line.startsWith(`${nonce} ${index} s `)),
        `${index} of what was cut at ${cut}`,
      ).toBe(cut >= end)
  }
})

test('what is sent ahead runs nothing, wherever it is cut', () => {
  const { preamble } = buildProbe(sections, nonce)
  for (let part = 1; part <= 25; part++)
    for (const shell of ['/usr/bin/dash', '/usr/bin/bash'])
      expect(said(shell, preamble.slice(0, Math.floor((preamble.length * part) / 25)))).toEqual([])
})

test('is the same text for the same sections', () => expect(buildProbe(sections, nonce)).toEqual(buildProbe(sections, nonce)))

test('writes no file and no here-document', () => {
  const { script: text } = buildProbe(sections, nonce)
  expect(text).not.toMatch(/<<|mktemp|\/tmp/)
  expect(
    [...text.matchAll(/>\s*(\/[\w/]+)/g)].map(([, file]) => file).filter((file) => file !== '/dev/null' && !file?.startsWith('/proc/')),
  ).toEqual([])
})

test('is sent without comments and indentation, and parameters as they are', () => {
  const spec = script({ id: 'a', script: '# why\nif :; then\n  # more\n  echo "#x"\nfi\n', parameters: ['# a\n  b'], display: 'a' })
  const { script: text } = buildProbe([spec], nonce)
  expect(text).toContain(`'if :; then\necho "#x"\nfi\n' '# a\n  b'`)
})

/** Places of the sections in each lane, as the lanes are sent. */
const lanesIn = (asked: readonly SectionSpec[]): readonly (readonly number[])[] =>
  buildProbe(asked, nonce)
    .script.split(/^gh_lane\d+\(\)/m)
    .map((lane) => [...lane.matchAll(/^gh_[st] (\d+) /gm)].map(([, index]) => Number(index)))
    .filter((lane) => lane.length > 0)

test('each section names the one behind it in its lane', () => {
  const many = Array.from({ length: 20 }, (_, index) => command({ id: `s${index}`, argv: ['/bin/true'], privilege: 'none' }))
  const { script: text } = buildProbe(many, nonce)
  const next = new Map([...text.matchAll(/^gh_[st] (\d+) (\d+|-) /gm)].map(([, index = '', name = '']) => [index, name]))
  const first = [...text.matchAll(/^\{ gh_lane \d+ (\d+); \}$/gm)].map(([, index = '']) => index)
  const walked = first.flatMap((index) => {
    const lane = [index]
    for (let at = next.get(index); at !== undefined && at !== '-'; at = next.get(at)) lane.push(at)
    return lane
  })
  expect(walked.map(Number).sort((a, b) => a - b)).toEqual(many.map((_, index) => index))
})

test('refuses a weak nonce and two sections of one name', () => {
  expect(() => buildProbe(sections, 'abc')).toThrow(RangeError)
  expect(() => buildProbe([...sections, ...sections], nonce)).toThrow(RangeError)
})

test.each([
  [command({ id: 'a', argv: ['/usr/bin/ss', '-Htulnp'], privilege: 'sudo' }), 'ss -Htulnp'],
  [command({ id: 'a', argv: ['date', '+%s', 'a b'], privilege: 'none' }), "date +%s 'a b'"],
  [script({ id: 'a', script: ':', display: 'as one would type it' }), 'as one would type it'],
])('display', (section, shown) => expect(displayOf(section)).toBe(shown))

test('what takes long begins early, lanes end at about the same time, and sudo shares none with others', () => {
  const costs = [10, 10, 300, 10, 10, 10, 10, 10, 10, 10, 100, 10]
  const sections = costs.map((expectedMs, index) =>
    command({ id: `s${index}`, argv: ['/bin/true'], privilege: index % 3 === 0 ? 'sudo' : 'none', expectedMs }),
  )
  const lanes = lanesIn(sections)
  expect(lanes.flat().sort((a, b) => a - b)).toEqual(costs.map((_, index) => index))
  expect(lanes.find((lane) => lane.includes(2))).toEqual([2])
  expect(lanes.find((lane) => lane.includes(10))).toEqual([10])
  // A lane begins when it has arrived.
  expect(lanes[0]).toEqual([2])
  for (const lane of lanes) {
    expect(new Set(lane.map((index) => index % 3 === 0)).size).toBe(1)
  }
})

test('what others wait for begins first in its lane', () => {
  const sections = Array.from({ length: 24 }, (_, index) =>
    command({ id: `s${index}`, argv: ['/bin/true'], privilege: index % 2 === 0 ? 'sudo' : 'none', expectedMs: index * 10 }),
  ).map((section, index) => (index < 6 ? { ...section, first: true } : section))
  const lanes = lanesIn(sections)
  expect(lanes.flat().sort((a, b) => a - b)).toEqual(sections.map((_, index) => index))
  // All wait for the longest in the end.
  const [[longest, ...behind] = [], ...others] = lanes
  expect([longest, behind.filter((index) => index < 6)]).toEqual([23, []])
  for (const lane of others)
    expect(lane.map((index) => index < 6)).toEqual(lane.map((_, at) => at < lane.filter((index) => index < 6).length))
  // None waits for another of them where a lane is left.
  expect(others.filter(([head]) => head !== undefined && head < 6)).toHaveLength(4)
})

test('what waits alone is a probe, too', () => {
  expect(lanesIn([{ ...command({ id: 's0', argv: ['/bin/true'], privilege: 'none' }), waits: true }])).toEqual([[0]])
})

test('a section hangs on one that stands by itself, and alone', () => {
  const free = (id: string) => script({ id, script: ':', display: id })
  const after = (id: string, leader: string, how: 'unless' | 'reads' = 'unless') => ({ ...free(id), [how]: leader })
  expect(() => buildProbe([free('a'), after('b', 'a')], nonce)).not.toThrow()
  for (const wrong of [
    [after('b', 'a')],
    [after('a', 'a')],
    [free('a'), after('b', 'a'), after('c', 'a', 'reads')],
    [free('a'), after('b', 'a'), after('c', 'b')],
  ])
    expect(() => buildProbe(wrong, nonce)).toThrow(RangeError)
})

test('what is asked by a path hangs on nothing, nor does anything on it', () => {
  const free = (id: string) => script({ id, script: ':', display: id })
  const there = (id: string) => ({ ...free(id), where: ['/x'] })
  expect(() => buildProbe([free('a'), there('b')], nonce)).not.toThrow()
  expect(() => buildProbe([free('a'), { ...there('b'), unless: 'a' }], nonce)).toThrow(RangeError)
  expect(() => buildProbe([there('a'), { ...free('b'), unless: 'a' }], nonce)).toThrow(RangeError)
})

test('what waits has a lane of its own, beside those that compute', () => {
  const sections = Array.from({ length: 12 }, (_, index) =>
    command({ id: `s${index}`, argv: ['/bin/true'], privilege: 'none', ...(index < 3 && { waits: true, expectedMs: 10 }) }),
  )
  const lanes = lanesIn(sections)
  // Behind the lane of what computes longest.
  expect(lanes.slice(1, 4)).toEqual([[0], [1], [2]])
  expect(
    lanes
      .toSpliced(1, 3)
      .flat()
      .sort((a, b) => a - b),
  ).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11])
  expect(lanes.length).toBeLessThan(12)
})
