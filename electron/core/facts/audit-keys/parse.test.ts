import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBlocks } from '../blocks.ts'
import { collectOs } from '../os/collect.ts'
import { parseAuthorizedKeys } from './parse.ts'

const rows = (...keys: readonly string[]) =>
  keys.map((key, index) => ({ text: `/home/a/.ssh/authorized_keys:${index + 1}:${key}`, line: index + 5 }))

test.each<[string, readonly string[] | undefined]>([
  ['ssh-ed25519 AAAA… a@desk', undefined],
  ['from="10.0.0.10" ssh-ed25519 AAAA… a', ['10.0.0.10']],
  ['restrict,FROM="10.0.0.0/24, !10.0.0.7,fd00::/8",no-pty ssh-rsa AAAA…', ['10.0.0.0/24', '!10.0.0.7', 'fd00::/8']],
  ['command="echo \\"from=\\"",from="a.example" sk-ssh-ed25519@openssh.com AAAA…', ['a.example']],
  ['command="from=\\"10.0.0.10\\" x" ssh-ed25519 AAAA…', undefined],
  ['restrict ssh-ed25519 AAAA… from="10.0.0.10"', undefined],
  ['ssh-ed25519 AAAA… from="10.0.0.10"', undefined],
  ['from="10.0.0.10 ssh-ed25519 AAAA…', undefined],
  ['from="" ssh-ed25519 AAAA…', []],
])('%s', (key, from) => {
  expect(parseAuthorizedKeys(rows(key))).toEqual([{ file: '/home/a/.ssh/authorized_keys', line: 5, ...(from && { from }) }])
})

test('any text gives keys with or without sources, never an exception', () => {
  const words = fc
    .array(fc.constantFrom('from="', '"', ',', '\\', ' ', 'restrict', 'ssh-rsa', '10.0.0.1'), { maxLength: 12 })
    .map((all) => all.join(''))
  fc.assert(
    fc.property(words, (key) => {
      expect(parseAuthorizedKeys(rows(key))).toHaveLength(1)
    }),
  )
})

test('the script prints the lines of the own file without comments, and only the beginning of a key', () => {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-keys-'))
  try {
    mkdirSync(join(home, '.ssh'))
    const key = `AAAAC3NzaC1lZDI1NTE5${'b'.repeat(48)}`
    writeFileSync(join(home, '.ssh', 'authorized_keys'), `# mine\n\nfrom="10.0.0.10" ssh-ed25519 ${key} a\n`)
    const [section] = collectOs({ modelPaths: [] } as never)
    if (section?.kind !== 'script') throw new Error('not a script')
    const { stdout } = spawnSync('sh', ['-c', section.script, 'sh', ...section.parameters], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home },
    })
    const block = readBlocks(stdout).get('authorized-keys')?.[0]
    expect(block?.rows.map(({ text }) => text)).toEqual([
      expect.stringMatching(/authorized_keys:3:from="10\.0\.0\.10" ssh-ed25519 AAAA\S{24}\.\.\. a$/),
    ])
    expect(stdout).not.toContain(key)
    expect(parseAuthorizedKeys(block?.rows ?? [])).toMatchObject([{ from: ['10.0.0.10'] }])
  } finally {
    rmSync(home, { recursive: true })
  }
})
