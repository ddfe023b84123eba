import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { HostFile } from '../templates/host-file.ts'
import { validateFunction } from './kinds.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-drop-ins-'))
afterAll(() => rmSync(folder, { recursive: true }))
beforeEach(() => {
  rmSync(folder, { recursive: true })
  mkdirSync(folder)
})

/** What is said of a drop-in of ours beside files of the unit; `variables` are those of EnvironmentFile=. */
function said(ours: string, beside: Readonly<Record<string, string>>, variables: readonly string[] = [], reverts = ''): string {
  const path = '/etc/systemd/system/a.service.d/zz-gatehouse-a.conf'
  const file: HostFile = {
    ...{ kind: 'systemd-drop-in', path, uid: 0, gid: 0, mode: '644', before: 'absent', after: 'y', content: '', random: false },
  }
  writeFileSync(join(folder, 'a.service'), '[Service]\nExecStart=/bin/true\n')
  writeFileSync(join(folder, 'new.1'), ours)
  writeFileSync(join(folder, 'systemd-analyze'), '#!/bin/sh\n', { mode: 0o755 })
  for (const [name, text] of Object.entries(beside)) writeFileSync(join(folder, name), text)
  const dropIns = Object.keys(beside).filter((name) => !variables.includes(name))
  const at = (names: readonly string[]) => names.map((name) => join(folder, name))
  const input = `gh_base=${folder} gh_unit=a.service gh_reverts=${reverts} LC_ALL=C
gh_systemd() { :; }
PATH=${folder}:$PATH
gh_fail() { echo "$*"; exit 1; }
gh_property() { case $2 in FragmentPath) echo ${folder}/a.service ;; DropInPaths) echo "${at(dropIns).join(' ')}" ;; EnvironmentFiles) printf '%s\\n' '${at(variables).join(' (ignore_errors=no)\n')}${variables.length > 0 ? ' (ignore_errors=no)' : ''}' ;; esac; }
gh_files() { "$1" 1 ${path} 0 0 644 absent y systemd-drop-in; }
${validateFunction([file])}
gh_validate; echo "$?"`
  return spawnSync('/bin/sh', { input, encoding: 'utf8' }).stdout.replaceAll(`${folder}/`, '')
}

const OURS =
  '[Service]\n# ours\nEnvironment="OLLAMA_HOST=127.0.0.1:11434"\nExecStart=\nExecStart=/bin/a --host 127.0.0.1\nUser=a\nSupplementaryGroups=render\n'
const outdone = (by: string) => expect.stringContaining(`would not hold, since ${by}, and for systemd that file is the stronger one`)

test.each([
  ['a variable', '[Service]\nEnvironment=A=b OLLAMA_HOST=0.0.0.0\n', 'OLLAMA_HOST'],
  ['a variable in quotes, over two lines', "[Service]\nEnvironment='A=b' \\\n  'OLLAMA_HOST=0.0.0.0'\n", 'OLLAMA_HOST'],
  ['all variables are taken away', '[Service]\nEnvironment=\n', 'Environment anew'],
  ['the command', '[Service]\nExecStart=\nExecStart=/bin/b\n', 'ExecStart'],
  ['the account', '[Service]\n User = root \n', 'User'],
  ['groups are taken away', '[Service]\nSupplementaryGroups=\n', 'SupplementaryGroups'],
])('a file of a later name that sets the same: %s', (_, text, by) =>
  expect(said(OURS, { 'zzz.conf': text })).toEqual(outdone(`zzz.conf sets ${by}`)),
)

test.each([
  ['an earlier name', { 'override.conf': '[Service]\nEnvironment=OLLAMA_HOST=0.0.0.0\nUser=root\n' }],
  ['the same value', { 'zzz.conf': '[Service]\nEnvironment=OLLAMA_HOST=127.0.0.1:11434\nUser=a\n' }],
  [
    'something else',
    { 'zzz.conf': '[Service]\nEnvironment=OLLAMA_MODELS=/srv\nSupplementaryGroups=video\n[Unit]\nUser=root\n#User=root\n' },
  ],
])('%s is no hindrance', (_, beside) => expect(said(OURS, beside)).toBe('0\n'))

test('files of variables are stronger than any drop-in', () => {
  const beside = { env: '# OLLAMA_HOST=1\nA=b\nOLLAMA_HOST="0.0.0.0"\n' }
  expect(said(OURS, beside, ['env'])).toEqual(outdone('env sets OLLAMA_HOST'))
  expect(said(OURS, { env: 'A=b\nOLLAMA_HOST=127.0.0.1:11434\n' }, ['env'])).toBe('0\n')
  expect(said('[Service]\nNoNewPrivileges=yes\n', beside, ['env'])).toBe('0\n')
})

test('what is taken back need not hold', () => expect(said(OURS, { 'zzz.conf': '[Service]\nUser=root\n' }, [], 'id')).toBe('0\n'))
