import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { helpOf } from './help.ts'
import { helpText } from './texts.ts'

const cli = fileURLToPath(new URL('gatehouse.ts', import.meta.url))
const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' })

/** The commands as the help itself names them. */
const named = [...new Set([...helpText.matchAll(/^ {2}gatehouse (\S+)/gm)].map(([, name = '']) => name))]

describe('the help of one command', () => {
  test.each(named)('%s: its lines alone', (name) => {
    const heads = [...(helpOf(name) ?? '').matchAll(/^ {2}gatehouse (\S+)/gm)].map(([, head]) => head)
    expect(new Set(heads)).toEqual(new Set([name]))
    expect(heads).toHaveLength([...helpText.matchAll(new RegExp(`^ {2}gatehouse ${name}\\s`, 'gm'))].length)
  })

  test('every line of the help but its first and its last three is said of some command', () => {
    const said = named.map((name) => helpOf(name)).join('')
    const lines = helpText.split('\n').slice(1, -4)
    expect(lines.filter((line) => line !== '' && !said.includes(`${line}\n`))).toEqual([])
  })

  test('of a part of it, what is said of that part', () => {
    expect(helpOf('models', 'sbom')).toMatch(/^ {2}gatehouse models sbom .*\n {6}What is known of the models as CycloneDX.*\n$/)
    expect(helpOf('access', 'review')).toContain('The quarterly review')
    expect(helpOf('access', 'review')).not.toContain('What every account can really do')
    expect(helpOf('verify', 'pack.zip')).toBe(helpOf('verify'))
  })

  test('of a command that there is not, none', () => expect(helpOf('nonsense')).toBeUndefined())
})

test('it is asked for in three ways, and is no error', { timeout: 90_000 }, () => {
  for (const args of [
    ['help', 'access', 'review'],
    ['access', 'review', '--help'],
    ['access', 'review', '-h'],
  ])
    expect(execFileSync(process.execPath, [cli, ...args], { encoding: 'utf8' })).toBe(helpOf('access', 'review'))
})

test('whoever reads may stop early', () => {
  const { stdout, stderr } = spawnSync('sh', ['-c', '"$0" "$1" controls --json | head -c 20', process.execPath, cli], { encoding: 'utf8' })
  expect([stdout.length, stderr]).toEqual([20, ''])
})

test('a mistake names the command whose help says more', { timeout: 90_000 }, () => {
  expect(run('verify', '--bogus')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `gatehouse: Unknown option '--bogus'\nRun "gatehouse help verify" for its options.\n`,
  })
  expect(run('nonsense').stderr).toMatch(/^gatehouse: unknown command "nonsense"; .*\nRun "gatehouse help" for the options\.\n$/)
  expect(run('help', 'nonsense')).toMatchObject({ status: 2, stdout: '' })
})
