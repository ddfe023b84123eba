import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { recogniseStart } from '../services/launch.ts'
import { parseUnits } from './parse.ts'
import { shownPiece } from './shown-piece.testing.ts'

/** As systemd 252 prints them. */
const block = (start: string, ...rows: readonly string[]) =>
  [
    'Id=a.service',
    'LoadState=loaded',
    `ExecStart={ path=${start} ; argv[]=${start} serve ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
    `ExecStartPreEx={ path=pre ; argv[]=pre x ; flags=privileged ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`,
    ...rows,
    '',
    '',
  ].join('\n')

const paths = (...files: readonly string[]) =>
  ['@paths', ...files.map((path) => `=regular file/755/root/root//${path.slice(1)}`), ''].join('\n')

test.each<[string, string, readonly string[], readonly string[]]>([
  ['by its whole path', '/opt/a', [], ['/opt/a']],
  ['by its name', 'ollama', [], ['/usr/local/sbin/ollama', '/usr/local/bin/ollama', '/usr/sbin/ollama', '/usr/bin/ollama']],
  ['in ExecSearchPath=', 'ollama', ['ExecSearchPath=/opt/one /opt/two'], ['/opt/one/ollama', '/opt/two/ollama']],
  ['in its own root', '/usr/bin/ollama', ['RootDirectory=/srv/root'], ['/srv/root/usr/bin/ollama']],
  ['by its name in its own root', 'ollama', ['ExecSearchPath=/opt/one', 'RootDirectory=/srv/root/'], ['/srv/root/opt/one/ollama']],
  ['in an image', '/usr/bin/ollama', ['RootImage=/srv/a.raw'], ['/srv/a.raw']],
])('where a program is looked for: %s', (_, start, rows, expected) => {
  for (const [program = '', ...words] of awks) {
    const { stderr } = spawnSync(program, [...words, shownPiece], { input: block(start, ...rows), encoding: 'utf8' })
    const told = stderr.split('\n')
    expect(told).toEqual(expect.arrayContaining([...expected]))
  }
  const last = expected.at(-1) ?? ''
  const [unit] = parseUnits(`${block(start, ...rows)}${paths(last)}`)
  expect(unit?.program).toBe(last)
})

test('of several the first that is there counts, and where none was seen its name stays', () => {
  const programOf = (...files: readonly string[]) => parseUnits(`${block('ollama')}${paths(...files)}`)[0]
  expect(programOf('/usr/bin/ollama', '/usr/local/bin/ollama')?.program).toBe('/usr/local/bin/ollama')
  expect(programOf('/usr/bin/ollama', '/usr/bin/pre')?.commands).toEqual([
    { setting: 'ExecStartPre', program: '/usr/bin/pre', scripts: [], asRoot: true, optional: false },
  ])
  expect(programOf()?.program).toBe('ollama')
  expect(parseUnits(`${block('/usr/bin/a', 'RootDirectory=/')}`)[0]?.program).toBe('/usr/bin/a')
})

test('what a shell is handed by a | in front of it is a command, not a file (systemd 262)', () => {
  const words = 'path=/bin/sh ; argv[]=sh cd /srv && exec /opt/v/bin/vllm serve m'
  const rest = 'start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }'
  const of = (flags: string) =>
    parseUnits(
      `Id=a.service\nLoadState=loaded\nExecStart={ ${words} ; ignore_errors=no ; ${rest}\nExecStartEx={ ${words} ; flags=${flags} ; ${rest}\n\n`,
    )[0]?.execStart ?? []
  expect(recogniseStart(of('no-env-expand via-shell'))?.engine).toBe('vllm')
  expect(of('')[1]).toBe('cd')
})
