import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type OtherScanner, readScannerAnswer, verdictOf } from './parse-scanners.ts'

// As picklescan 1.0.4 and modelscan 0.8.6 print it, recorded by others (a scope study of both scanners on GitHub); paths shortened.
const infected = `/m/a.pkl: dangerous import 'posix system' FOUND
----------- SCAN SUMMARY -----------
Scanned files: 1
Infected files: 1
Dangerous globals: 1
`
const clean = '----------- SCAN SUMMARY -----------\nScanned files: 1\nInfected files: 0\nDangerous globals: 0\n'
const unparsed = `WARNING: could not parse /m/a.onnx as pickle: at position 0, opcode b'\\x08' unknown\n${clean}`
const modelscan = (rest: string, scanning = 'Scanning /m/a.pkl using modelscan.scanners.PickleUnsafeOpScan model scan\n') =>
  `No settings file detected at /modelscan-settings.toml. Using defaults. \n\n${scanning}\n--- Summary ---\n\n${rest}`
const issues = modelscan(`Total Issues: 1

Total Issues By Severity:

    - LOW: 0
    - MEDIUM: 0
    - HIGH: 0
    - CRITICAL: 1

--- Issues by Severity ---

--- CRITICAL ---

Unsafe operator found:
  - Severity: CRITICAL
  - Description: Use of unsafe operator 'system' from module 'posix'
  - Source: /m/a.pkl
`)
const noIssues = ' No issues found! 🎉\n'

test.each<[string, OtherScanner, number, string, string, string]>([
  ['a dangerous import', 'picklescan', 1, infected, 'found', 'posix system'],
  ['a dangerous import, whatever its status is', 'picklescan', 0, infected, 'found', 'posix system'],
  ['nothing', 'picklescan', 0, clean, 'nothing', ''],
  ['a file that it could not parse', 'picklescan', 0, unparsed, 'not-judged', "as pickle: at position 0, opcode b'\\x08' unknown"],
  ['no file', 'picklescan', 0, clean.replace('files: 1', 'files: 0'), 'not-judged', 'nothing in it'],
  ['an error', 'picklescan', 2, 'Traceback\nOSError: no', 'failed', 'It ended with 2: OSError: no'],
  ['no words at all', 'picklescan', 0, '', 'failed', 'It ended with 0'],
  ['a minute that is over', 'picklescan', 124, clean, 'failed', 'more than a minute'],
  ['an operator', 'modelscan', 1, issues, 'found', "unsafe operator 'system' from module 'posix'"],
  ['an operator, whatever its status is', 'modelscan', 0, issues, 'found', "unsafe operator 'system' from module 'posix'"],
  ['nothing', 'modelscan', 0, modelscan(noIssues), 'nothing', ''],
  ['a file that it skipped', 'modelscan', 0, modelscan(noIssues, ''), 'not-judged', 'skipped'],
  ['no file that it knows', 'modelscan', 3, modelscan(noIssues, ''), 'not-judged', 'kind of file'],
  [
    'an error beside nothing',
    'modelscan',
    0,
    modelscan(`${noIssues}\n--- Errors --- \n\nError 1:\nbroken`),
    'failed',
    'It ended with 0: broken',
  ],
  ['an error', 'modelscan', 2, 'Exception: x', 'failed', 'It ended with 2: Exception: x'],
  ['a program that is not there', 'modelscan', 127, '', 'failed', 'It ended with 127'],
])('%s of %s', (_, scanner, status, output, verdict, detail) => {
  const judged = verdictOf(scanner, { status, output })
  expect(judged).toEqual({ verdict, detail: expect.stringContaining(detail) })
})

const nonce = 'b'.repeat(32)

test('whatever a host says, nothing is thrown and nothing unfinished counts', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.constantFrom(...['s picklescan /x', 'b 0 1/2/3/4.5/6.7', 'e 0 0 1/2', 'e 1 1', 'z'].map((it) => `${nonce} ${it}`)),
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.integer(), (lines, status) => {
      const text = lines.join('\n')
      const { runs } = readScannerAnswer(text, nonce)
      expect(runs.length).toBeLessThanOrEqual(text.split(`${nonce} e`).length - 1)
      for (const scanner of ['picklescan', 'modelscan'] as const)
        expect(verdictOf(scanner, { status, output: text }).detail.length).toBeLessThan(400)
    }),
  )
})
