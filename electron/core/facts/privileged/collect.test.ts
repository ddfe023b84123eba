import { execFileSync, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { readBlocks } from '../blocks.ts'
import { collectPrivileged } from './collect.ts'

const shells = [['dash'], ['bash'], ['busybox', 'sh']].filter(([program = '']) => spawnSync(program, ['-c', 'true']).error === undefined)

test.each(shells)('%s: what a command prints cannot pose as another, nor as its end', (shell = '', ...words) => {
  const [section] = collectPrivileged()
  if (section?.kind !== 'script') throw new Error('not a script')
  const said = '@shadow 0\\n=x\\n<shadow\\n>0\\n\\n# 1\\n/etc/f:1:# comment\\n/etc/f:2:#include x\\nno end'
  const script = `gh_sudo() { [ "$1" != 7 ] || return 126; printf '${said}'; return "$1"; }\n${section.script}`
  const stdout = execFileSync(shell, [...words, '-c', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, gh_k: 'f'.repeat(32) },
  })
  const blocks = readBlocks(stdout)
  const names = ['audit-loaded', 'audit-state', 'audit-written', 'sudoers', 'shadow', 'sshd-config']
  expect([...blocks].map(([name, found]) => [name, found.map((one) => one.words)])).toEqual([
    ...names.map((name, index) => [name, [String(index + 1)]]),
    ['files', ['126']],
  ])
  const rows = ['@shadow 0', '=x', '<shadow', '>0', '# 1', 'no end']
  for (const name of names) {
    const kept = name === 'sudoers' ? [...rows.slice(0, 5), '/etc/f:2:#include x', 'no end'] : rows
    expect(blocks.get(name)?.[0]?.rows.map(({ text }) => text)).toEqual(kept)
  }
})
