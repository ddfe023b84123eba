import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { readBlocks } from '../blocks.ts'
import { parsePolkit } from './polkit.ts'
import { polkitRunScript, readRunRules } from './polkit-run.ts'

const top = mkdtempSync(join(tmpdir(), 'gatehouse-run-rules-'))
afterAll(() => rmSync(top, { recursive: true }))

const asked = ([program = '', ...words]: readonly string[]) => {
  const { stdout, stderr } = spawnSync(program, [...words, '-c', polkitRunScript.replace('=/run/', `=${top}/run/`)], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return readBlocks(stdout.replaceAll(top, '')).get('run-rules')?.[0]?.rows ?? []
}

test.each(shells)('%s: rules of polkit in /run', (...shell) => {
  rmSync(join(top, 'run'), { recursive: true, force: true })
  expect(asked(shell)).toEqual([])
  mkdirSync(join(top, 'run/polkit-1/rules.d'), { recursive: true })
  expect(readRunRules(asked(shell))).toEqual([])
  const text = 'polkit.addRule(function(action, subject) {\n  if (subject.user == "svc") return polkit.Result.YES;\n});\n'
  writeFileSync(join(top, 'run/polkit-1/rules.d/40-panel.rules'), text)
  expect(parsePolkit(readRunRules(asked(shell)) ?? []).rules).toMatchObject([
    { file: '/run/polkit-1/rules.d/40-panel.rules', users: ['svc'], understood: true },
  ])
})

test('rules that grep may not read are not known', () => {
  expect(readRunRules([{ text: 'grep: /run/polkit-1/rules.d: Permission denied', line: 2 }])).toBeUndefined()
})
