import { describe, expect, test } from 'vitest'
import { playwrightTally, replaced, vitestTally } from './reports.ts'

describe('the report of Vitest', () => {
  const file = (name: string, status: string, ...tests: [string, string, ...string[]][]) => ({
    name,
    status,
    assertionResults: tests.map(([fullName, state, ...failureMessages]) => ({ fullName, status: state, failureMessages })),
  })

  test('names the tests that failed', () => {
    const testResults = [
      file('a.test.ts', 'failed', ['reads', 'passed'], ['writes a file', 'failed', 'Error: no room\n    at write']),
      file('b.test.ts', 'passed', ['sums', 'passed']),
    ]
    expect(vitestTally({ numPassedTests: 2, numFailedTests: 1, numPendingTests: 1, testResults })).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: ['a.test.ts > writes a file: Error: no room'],
      red: [{ file: 'a.test.ts', passed: 1, failed: 1, skipped: 0 }],
    })
  })

  test('a file that could not be loaded is a failure', () => {
    expect(vitestTally({ numPassedTests: 2, numFailedTests: 0, testResults: [file('c.test.ts', 'failed')] })).toEqual({
      passed: 2,
      failed: 1,
      skipped: 0,
      failures: ['c.test.ts'],
      red: [{ file: 'c.test.ts', passed: 0, failed: 1, skipped: 0 }],
    })
  })

  test('where arranging a file failed, its tests count as skipped', () => {
    const testResults = [file('d.test.ts', 'failed', ['starts', 'skipped'], ['stops', 'pending'])]
    expect(vitestTally({ numPassedTests: 2, numFailedTests: 0, numPendingTests: 2, testResults }).red).toEqual([
      { file: 'd.test.ts', passed: 0, failed: 1, skipped: 2 },
    ])
  })

  test('an empty report has nothing passed', () => {
    expect(vitestTally({})).toEqual({ passed: 0, failed: 0, skipped: 0, failures: [], red: [] })
  })
})

describe('the report of Playwright', () => {
  const spec = (title: string, status: string) => ({
    title,
    file: 'push.spec.ts',
    line: 7,
    tests: [{ status, results: [{}, { error: { message: '\u001b[31mTimed out\u001b[39m\nlog' } }] }],
  })

  test('names what failed and what passed only the second time, in every nested suite', () => {
    const suites = [{ specs: [spec('opens', 'expected')], suites: [{ specs: [spec('pushes', 'unexpected'), spec('undoes', 'flaky')] }] }]
    expect(playwrightTally({ stats: { expected: 1, unexpected: 1, flaky: 1, skipped: 0 }, suites })).toEqual({
      passed: 1,
      failed: 2,
      skipped: 0,
      failures: ['push.spec.ts:7 > pushes: Timed out', 'push.spec.ts:7 > undoes: Timed out'],
      red: [{ file: 'push.spec.ts', passed: 1, failed: 2, skipped: 0 }],
    })
  })
})

describe('red files that are run again', () => {
  const first = {
    passed: 12,
    failed: 2,
    skipped: 9,
    failures: ['a', 'd.test.ts'],
    red: [
      { file: 'a.test.ts', passed: 3, failed: 1, skipped: 0 },
      { file: 'd.test.ts', passed: 0, failed: 1, skipped: 9 },
    ],
  }

  test('count as they did then', () => {
    expect(replaced(first, { passed: 13, failed: 0, skipped: 0, failures: [], red: [] })).toEqual({
      passed: 22,
      failed: 0,
      skipped: 0,
      failures: [],
      red: [],
    })
  })

  test('stay red where they fail again', () => {
    const red = [{ file: 'a.test.ts', passed: 3, failed: 1, skipped: 0 }]
    expect(replaced(first, { passed: 12, failed: 1, skipped: 0, failures: ['a'], red })).toEqual({
      passed: 21,
      failed: 1,
      skipped: 0,
      failures: ['a'],
      red,
    })
  })
})
