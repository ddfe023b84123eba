import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { sha256Of } from '../../ledger/record.ts'
import type { Edit } from '../templates/host-file.ts'
import { readHostAnswer } from './answer.ts'
import { type HostPush, hostProgram } from './program.ts'

/** What `gh_edit` makes of a file, with every awk(1) that is here: the text, and the lines that it says it changes. */

const K = 'a'.repeat(32)
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-edits-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'file')

const pushOf = (edit: Edit): HostPush => ({
  ...{ id: 'p', who: '', reverts: '', unit: '', undoAfterSeconds: 0 },
  files: [{ kind: 'account-files', path, uid: 0, gid: 0, mode: '640', before: '', after: '', content: '', random: false, edit }],
})

/** The function alone, out of the program that a host gets. */
function edited(edit: Edit, text: string, awk: readonly string[], told = ''): string {
  const program = hostProgram([{ step: 'inspect', nonce: K }], pushOf(edit))
  const [, gh_edit = ''] = /\n(gh_edit\(\) \{\n[\s\S]*?\n\}\n)/.exec(program) ?? []
  const call = `awk() { command ${awk.join(' ')} "$@"; }\n${gh_edit}gh_edit "$@"\n`
  return execFileSync('/bin/sh', ['-c', call, 'sh', edit.rule, edit.names.join(' '), told], { input: text, encoding: 'utf8' })
}

const shadow = 'root:$6$a:19000:0:99999:7:::\nkim:$6$b:19000:0:99999:7:::\nkimono:!:19000:::::20000:\n+kim:::\n'
const group = 'docker:x:998:kim,lou\nkim:x:1001:\nsudo:x:27:kim\nai:x:27:kimono,kim\n'
const gshadow = 'docker:!:kim:kim,lou\nkim:!::\n'
const htpasswd = 'kim:$2b$10$x\nkim.l:$2b$10$y\nlou:{SHA}z\n'

describe.each(awks.map((awk) => [awk.join(' '), awk] as const))('%s', (_, awk) => {
  test.each<[string, Edit['rule'], string[], string, string, string]>([
    ['closes', 'close', ['kim'], shadow, shadow.replace('kim:$6$b:19000:0:99999:7:::', 'kim:!$6$b:19000:0:99999:7::1:'), 'kim\n'],
    ['closes one that is locked', 'close', ['kimono'], shadow, shadow.replace(':::20000:', ':::1:'), 'kimono\n'],
    ['closes nobody who is not there', 'close', ['k.m', 'ki'], shadow, shadow, ''],
    ['a line that is no account', 'close', ['+kim', 'kim'], 'kim:x\n', 'kim:x\n', ''],
    [
      'takes out of groups',
      'leave-groups',
      ['kim', 'lou'],
      group,
      'docker:x:998:\nkim:x:1001:\nsudo:x:27:\nai:x:27:kimono\n',
      'docker\nsudo\nai\n',
    ],
    ['and from those who rule them', 'leave-groups', ['kim'], gshadow, 'docker:!::lou\nkim:!::\n', 'docker\n'],
    ['leaves out', 'omit', ['kim'], htpasswd, 'kim.l:$2b$10$y\nlou:{SHA}z\n', 'kim\n'],
    ['nothing of an empty file', 'omit', ['kim'], '', '', ''],
    [
      'adds',
      'add',
      ['llama:x:990:990::/:/usr/sbin/nologin'],
      'a:x:1:1::/:/b\n',
      'a:x:1:1::/:/b\nllama:x:990:990::/:/usr/sbin/nologin\n',
      'llama\n',
    ],
    [
      'adds before what another source says',
      'add',
      ['llama:!*:::::::'],
      `${shadow}-x:::\n`,
      `${shadow.replace('+kim', 'llama:!*:::::::\n+kim')}-x:::\n`,
      'llama\n',
    ],
    ['adds no name that is there', 'add', ['kim:x:990:'], group, group, ''],
    ['adds no number that is there', 'add', ['llama:x:998:'], group, group, ''],
    ['adds one whose name only begins the same', 'add', ['ki:!*::'], gshadow, `${gshadow}ki:!*::\n`, 'ki\n'],
    ['adds to an empty file', 'add', ['llama:x:990:'], '', 'llama:x:990:\n', 'llama\n'],
  ])('%s', (_name, rule, names, text, expected, lines) => {
    expect(edited({ rule, names }, text, awk)).toBe(expected)
    expect(edited({ rule, names }, text, awk, 'told')).toBe(lines)
  })

  test('whatever stands there: lines about nobody named stay to the byte, and a second time changes nothing', () => {
    const line = fc
      .array(fc.oneof(fc.constantFrom('kim', 'lou', 'kim,lou', ',kim,', '', '!', '+', '1', '0'), fc.string({ unit: 'grapheme-ascii' })), {
        maxLength: 9,
      })
      .map((fields) => fields.join(':'))
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom<Edit['rule']>('close', 'leave-groups', 'omit'), (lines, rule) => {
        const text = lines.map((one) => `${one}\n`).join('')
        const once = edited({ rule, names: ['kim'] }, text, awk)
        const untouched = (all: readonly string[]) => all.filter((one) => !/\bkim\b/.test(one))
        expect(untouched(once.split('\n')).filter((one) => lines.includes(one) || one === '')).toEqual(
          expect.arrayContaining(untouched(lines)),
        )
        expect(edited({ rule, names: ['kim'] }, once, awk)).toBe(once)
      }),
      { numRuns: 25 },
    )
  })
})

test('what a plan is made from: the digest and the lines of the new file, and no content of either', () => {
  writeFileSync(path, shadow, { mode: 0o640 })
  const { stdout } = spawnSync('/bin/sh', {
    input: hostProgram([{ step: 'inspect', nonce: K }], pushOf({ rule: 'close', names: ['kim'] })),
    encoding: 'utf8',
  })
  const { files, contents, edited: after } = readHostAnswer(stdout, K)
  const owner = files.get(1)?.slice(64)
  expect(after.get(1)).toEqual({
    state: `${sha256Of(edited({ rule: 'close', names: ['kim'] }, shadow, ['awk']))}${owner}`,
    lines: ['kim'],
  })
  expect(contents.size).toBe(0)
  expect(stdout).not.toContain('$6$')
})
