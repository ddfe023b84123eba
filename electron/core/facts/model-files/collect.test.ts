import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { collectModelFiles } from './collect.ts'

/** The script itself, without sudo, on the shells and the finds that hosts have. */
let root: string
let tools: string
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-models-')))
  mkdirSync(join(root, 'a b/models/deep'), { recursive: true })
  writeFileSync(join(root, 'a b/models/w.gguf'), 'x')
  mkdirSync(join(root, 'empty'))
  tools = join(root, 'tools')
  mkdirSync(tools)
  for (const name of ['find', 'stat', 'awk', 'tr']) symlinkSync('/bin/busybox', join(tools, name))
})
afterAll(() => rmSync(root, { recursive: true }))

const busybox = spawnSync('/bin/busybox', ['true']).status === 0
const hosts = [
  ['dash', []],
  ['bash', []],
  ...(busybox ? [['busybox', ['sh']] as const, ['busybox with its own find', ['sh']] as const] : []),
] as const

test.each(hosts)('%s: each directory has the folders above it, from the root on, and then what lies in it', (name, words) => {
  const paths = ['a b/models', 'nowhere/models', 'empty'].map((path) => join(root, path))
  const [section] = collectModelFiles({ modelPaths: paths } as never)
  const script = section?.kind === 'script' ? section.script : ''
  const PATH = name.endsWith('find') ? `${tools}:${process.env.PATH}` : process.env.PATH
  const stdout = execFileSync(name.split(' ')[0] as string, [...words, '-c', `gh_sudo() { return 126; }\n${script}`, 'sh', ...paths], {
    env: { ...process.env, PATH },
    encoding: 'utf8',
  })
  const rows = stdout.split('\n').map((row) => row.replace(/^(\^|[df])\/.*?(?=\/{2})\//, '$1 ').replace(/^=.*\//, '= '))
  const parents = root.split('/').map((_, at, parts) => `^ ${parts.slice(0, at + 1).join('/') || '/'}`)
  const found = rows.filter((row) => /^[@^]/.test(row) || row.includes('w.gguf'))
  expect(found).toEqual([
    `@/${paths[0]}`,
    ...parents,
    `^ ${root}/a b`,
    expect.stringContaining(`${paths[0]}/w.gguf`),
    `@/${paths[1]}`,
    ...parents,
    `@/${paths[2]}`,
    ...parents,
  ])
})
