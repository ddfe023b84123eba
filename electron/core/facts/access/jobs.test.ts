import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { readBlocks } from '../blocks.ts'
import { readNumbered } from '../privileged/read-block.ts'
import { parseScripts, parseTimed } from './jobs.ts'
import { fetchPattern, jobsScript } from './jobs-script.ts'

const rows = (text: string) => text.split('\n').map((row, index) => ({ text: row, line: index + 1 }))

/** In the form of `systemctl show`, as the fixtures of units have it: Id= comes after the commands. */
test('commands belong to the unit that is named behind them', () => {
  const start = (path: string, words: string) => `ExecStart={ path=${path} ; argv[]=${path}${words} ; ignore_errors=no ; pid=0 }`
  const text = `${start('/opt/a', ' x ; y')}\n${start('/opt/b', '')}\nId=a.service\n\nId=empty.service\n\n${start('/opt/c', '')}\nId=c.service\n`
  expect(parseTimed(rows(text))).toEqual([
    { unit: 'a.service', command: '/opt/a x ; y', line: 1 },
    { unit: 'a.service', command: '/opt/b', line: 2 },
    { unit: 'c.service', command: '/opt/c', line: 7 },
  ])
})

test.each(shells)('%s finds the lines of scripts that fetch models', (shell = '', ...words) => {
  const folder = mkdtempSync('/tmp/gatehouse-jobs-')
  try {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const pulls = file('pulls', '#!/bin/sh\n# ollama pull old\necho ollama pull x\nollama pull llama3\n')
    const quiet = file('quiet', '#!/bin/sh\nexit 0')
    const binary = file('binary', 'ELF\u0000ollama pull x\n')
    const closed = file('closed', '#!/bin/sh\n')
    chmodSync(closed, 0)
    const programs = [pulls, quiet, binary, closed, join(folder, 'absent'), join(folder, 'no', 'folder')].join('\n')
    const stdout = execFileSync(shell, [...words, '-c', `programs=$1 fetches=$2\nIFS='\n'\n${jobsScript}`, 'x', programs, fetchPattern], {
      encoding: 'utf8',
    })
    const blocks = readBlocks(stdout)
    const of = (name: string) => blocks.get(name)?.[0]?.rows ?? []
    const scripts = parseScripts(of('scripts'), of('scripts-unread'), readNumbered({ rows: of('fetches'), exitCode: 0, line: 0 }))
    const mine = scripts.filter(({ path }) => path.startsWith(folder))
    const readable = process.getuid?.() === 0
    expect(mine.map(({ path, read, fetches }) => [path, read, fetches.map(({ text }) => text)])).toEqual([
      [pulls, true, ['ollama pull llama3']],
      [quiet, true, []],
      [closed, readable, []],
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('property: never throws', () => {
  const text = fc.constantFrom('Id=a', '', 'ExecStart={ path=/', 'ExecStart={ path=/x ; argv[]=/x ; ignore_errors=no', '/a', '\u0000')
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), (lines) => {
      parseTimed(rows(lines.join('\n')))
      parseScripts(rows(lines.join('\n')), rows(lines.join('\n')), [])
    }),
  )
})
