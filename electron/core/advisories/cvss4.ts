/** How many steps a value is from the worst of its metric (CVSS 4.0 specification, section 8.2). Of SC, SI and SA, the worst of a base vector is H. */
const steps: Readonly<Record<string, string>> = {
  AV: 'NALP',
  PR: 'NLH',
  UI: 'NPA',
  AC: 'LH',
  AT: 'NP',
  VC: 'HLN',
  VI: 'HLN',
  VA: 'HLN',
  SC: 'HLN',
  SI: 'HLN',
  SA: 'HLN',
}

/**
 * Scores of the macro vectors that a base vector can have or be measured against (section 8.3): by EQ1 and EQ2, then by EQ3 and EQ6 together
 * (`00 01 10 11 21`), then by EQ4 (1 or 2). Of a base vector EQ5 is 0: nothing says that nobody attacks.
 */
const scores: readonly (readonly (readonly (readonly [number, number])[])[])[] = [
  [
    [
      [10, 9.3],
      [9.6, 9],
      [9.3, 8.8],
      [9.2, 8],
      [7.9, 6.9],
    ],
    [
      [9.5, 9.2],
      [9.1, 8.1],
      [9.2, 8.4],
      [8.2, 7],
      [7.1, 6.3],
    ],
  ],
  [
    [
      [9.4, 8.7],
      [8.9, 7.5],
      [8.6, 7.2],
      [7.6, 5.7],
      [6.5, 5.3],
    ],
    [
      [9, 7.7],
      [7.7, 6.6],
      [7.4, 6.1],
      [5.9, 5.2],
      [5.8, 2.3],
    ],
  ],
  [
    [
      [8.6, 7],
      [7.4, 5.4],
      [7.2, 5.3],
      [5.7, 3.6],
      [4.7, 2.4],
    ],
    [
      [7.3, 5.4],
      [5.5, 4.3],
      [6.1, 4.6],
      [5.1, 1.8],
      [2.4, 1],
    ],
  ],
]

/** For each group and level: how many steps below the worst of all it begins, and how many it is deep. */
const exploitability = [
  [0, 1],
  [1, 4],
  [3, 5],
] as const
const complexity = [
  [0, 1],
  [1, 2],
] as const
const impact = { 0: [0, 7], 2: [1, 8], 4: [3, 10] } as const
const subsequent = [
  [0, 5],
  [3, 4],
] as const

/**
 * Base score of a CVSS 4.0 vector (specification, section 8): the score of its macro vector, less the mean of how far the vector is on the way to
 * each next lower one. Threat and environmental metrics do not count, as with CVSS 3. Undefined when a base metric is missing or unknown.
 */
export function cvss4BaseScore(vector: string): number | undefined {
  const [prefix, ...rest] = vector.split('/')
  if (prefix !== 'CVSS:4.0') return undefined
  const given = new Map(rest.map((one) => one.split(':', 2) as [string, string]))
  const found = Object.entries(steps).map(
    ([name, values]) => [name, given.get(name)?.length === 1 ? values.indexOf(given.get(name) ?? '') : -1] as const,
  )
  if (found.some(([, step]) => step < 0)) return undefined
  const at = Object.fromEntries(found)
  const sum = (...names: readonly string[]): number => names.reduce((total, name) => total + (at[name] ?? 0), 0)
  const count = (names: readonly string[]): number => names.filter((name) => at[name] === 0).length
  const [own, others] = [
    ['VC', 'VI', 'VA'],
    ['SC', 'SI', 'SA'],
  ] as const
  if (sum(...own, ...others) === 12) return 0

  const easy = count(['AV', 'PR', 'UI'])
  const eq1 = easy === 3 ? 0 : easy > 0 && at.AV !== 3 ? 1 : 2
  const eq2 = count(['AC', 'AT']) === 2 ? 0 : 1
  const eq36 = count(['VC', 'VI']) === 2 ? 0 : count(own) > 0 ? 2 : 4
  const eq4 = count(others) > 0 ? 0 : 1
  const score = (one: number, two: number, three: number, four: number): number => scores[one]?.[two]?.[three]?.[four] ?? Number.NaN
  const value = score(eq1, eq2, eq36, eq4)
  const lower = [
    { next: score(eq1 + 1, eq2, eq36, eq4), far: part(sum('AV', 'PR', 'UI'), exploitability[eq1]) },
    { next: score(eq1, eq2 + 1, eq36, eq4), far: part(sum('AC', 'AT'), complexity[eq2]) },
    // Level 00 has two next lower ones, and is measured against the higher.
    {
      next: eq36 === 0 ? Math.max(score(eq1, eq2, 1, eq4), score(eq1, eq2, 2, eq4)) : eq36 === 2 ? score(eq1, eq2, 3, eq4) : Number.NaN,
      far: part(sum(...own), impact[eq36]),
    },
    { next: score(eq1, eq2, eq36, eq4 + 1), far: part(sum(...others), subsequent[eq4]) },
  ].filter(({ next }) => !Number.isNaN(next))
  // One more: EQ5 has a next lower level, and a base vector is not on the way to it.
  const mean = lower.reduce((total, { next, far }) => total + far * (value - next), 0) / (lower.length + 1)
  return Math.round((Math.max(value - mean, 0) + 1e-6) * 10) / 10
}

const part = (sum: number, [begins, deep]: readonly [number, number]): number => (sum - begins) / deep
