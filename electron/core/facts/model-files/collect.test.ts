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

test('root is asked only for what the account cannot list whole, and then its list alone counts', () => {
  const paths = ['a b/models', 'empty'].map((path) => join(root, path))
  const [section] = collectModelFiles({ modelPaths: paths } as never)
  const script = section?.kind === 'script' ? section.script : ''
  const rows = (sudo: string) =>
    execFileSync(
      'sh',
      // The list of the second ends with a complaint, as one with a folder does that only root may enter.
      ['-c', `find() { command find "$@"; case $2 in */empty) return 1 ;; esac; }\ngh_sudo() { ${sudo}; }\n${script}`, 'sh', ...paths],
      { encoding: 'utf8' },
    )
      .split('\n')
      .filter((row) => !row.startsWith('^') && row !== '')
  const rest = '1/2/0/1.0/1.0'
  const asRoot = rows(`printf 'd/700/a/a/1/d/${rest}/%s\\0f/600/a/a/7/f/${rest}/%s\\0' ${paths[1]} ${paths[1]}/secret`)
  const [first, second] = [asRoot.indexOf(`@/${paths[0]}`), asRoot.indexOf(`@/${paths[1]}`)]
  expect(asRoot.slice(first, second)).toEqual(expect.arrayContaining([expect.stringContaining('w.gguf'), '#/0/self/done']))
  expect(asRoot.slice(second, second + 3)).toEqual([`@/${paths[1]}`, `d/700/a/a/o/d/1/${paths[1]}`, `f/600/a/a/c/f/7/${paths[1]}/secret`])
  expect(asRoot.slice(second + 3).toSorted()).toEqual(['#/0/root/done', '=/1/1/d/700/a/a/o/d', '=/1/7/f/600/a/a/c/f'])
  const denied = rows('return 126')
  expect(denied.slice(denied.indexOf(`@/${paths[1]}`)).at(-1)).toBe('#/1/self/done')
  expect(denied.filter((row) => row.startsWith('d/') && row.endsWith(`/${paths[1]}`))).toHaveLength(1)
})
