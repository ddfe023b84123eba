import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccessList, AccountAccess } from '#shared/model/access.ts'
import { audit } from './audit.ts'
import { gatehouse } from './console.ts'
import { arrange, kill, lab, start } from './lab.ts'

/** Keys and certificates planted on gpu2. Who is said to get in by them is held against what its sshd does when it is tried. */

const read = (name: string) => readFileSync(new URL(`variants/${name}`, import.meta.url), 'utf8')
const data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))

interface Looked {
  readonly said: ReadonlyMap<string, AccountAccess>
  readonly really: ReadonlySet<string>
}

async function look(): Promise<Looked> {
  await audit(data, ['--host', 'gpu2'])
  const { stdout } = await gatehouse(['access', 'list', '--fleet', lab.fleetFile, '--data', data, '--host', 'gpu2', '--json'])
  const [gpu2] = (JSON.parse(stdout) as AccessList).hosts
  const lines = (await arrange('gpu2', read('keys-tried.sh'))).split('\n')
  return { said: new Map(gpu2?.access?.accounts.map((account) => [account.name, account])), really: new Set(lines.filter(Boolean)) }
}

let own: Looked
let trusted: Looked
let listed: Looked
let names: readonly string[]

beforeAll(async () => {
  await arrange('gpu2', read('keys.sh'))
  names = (await arrange('gpu2', 'ls /home')).split('\n').filter((name) => name !== '' && !name.startsWith('gatehouse-'))
  own = await look()
  await arrange('gpu2', `set -- authority\n${read('keys.sh')}`)
  trusted = await look()
  await arrange('gpu2', `set -- principals\n${read('keys.sh')}`)
  listed = await look()
}, 240_000)
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu2')
  await start('gpu2')
})

const ways = ({ said }: Looked, name: string) => said.get(name)?.logins ?? []
const does = ({ really }: Looked, name: string, ...what: readonly string[]) => what.some((one) => really.has(`${name} ${one}`))

test('twenty are there and more, and some get in by each way', () => {
  expect(names.length).toBeGreaterThan(20)
  for (const what of ['login', 'forwards', 'files']) expect([...trusted.really].some((line) => line.endsWith(` ${what}`))).toBe(true)
})

describe('keys of its own', () => {
  test('whoever is said to get in by a key does, and who is not does not', () => {
    // Which keys the list takes back is not read, and that is said.
    const judged = ['root', ...names].filter((name) => name !== 'revoked')
    expect(judged.filter((name) => ways(own, name).includes('SSH key') !== does(own, name, 'login'))).toEqual([])
  })

  test('nor does a shell that ends at once keep anybody out who is said to get in without one', () => {
    const bare = names.filter((name) => name.startsWith('bare'))
    const differ = (looked: Looked) =>
      bare.filter((name) => ways(looked, name).includes('SSH key without a shell') !== does(looked, name, 'forwards', 'files'))
    expect(differ(own)).toEqual([])
    // Who is certified is not read, so that it may be more.
    expect(differ(trusted)).toEqual(['bare-certified'])
    expect(trusted.said.get('bare-certified')?.login).toBe('unknown')
  })

  test('a list of keys that are taken back is named', () => {
    expect(does(own, 'revoked', 'login')).toBe(false)
    expect(own.said.get('revoked')?.loginNotes.join()).toContain('keys that /etc/ssh/revoked names are refused')
  })
})

test('an authority for all: nobody is said not to get in who does by a certificate', () => {
  const saidOut = (name: string) => (trusted.said.get(name)?.login ?? 'no') === 'no'
  expect(names.filter((name) => saidOut(name) && does(trusted, name, 'login', 'forwards', 'files'))).toEqual([])
  expect(does(trusted, 'certified', 'login')).toBe(true)
  expect(trusted.said.get('certified')?.loginNotes.join()).toContain('a certificate of /root/ca.pub may let it in')
})

test('an authority for whom a list names: by it alone somebody gets in, and the names on the list are said', () => {
  const bare = (looked: Looked) => does(looked, 'bare-certified', 'forwards', 'files')
  expect([does(listed, 'certified', 'login'), bare(trusted), bare(listed)]).toEqual([true, true, false])
  const saidOut = (name: string) => (listed.said.get(name)?.login ?? 'no') === 'no'
  expect(names.filter((name) => saidOut(name) && does(listed, name, 'login', 'forwards', 'files'))).toEqual([])
  expect(listed.said.get('certified')?.loginNotes.join()).toContain('a certificate of /root/ca.pub for web may let it in')
  // It has no list.
  expect(listed.said.get('bare-certified')?.loginNotes.join() ?? '').not.toContain('/root/ca.pub')
})

test('what stands in a certificate binds it alone: the authority is what lets in', () => {
  const by = [...own.really].filter((line) => line.startsWith('by-ca c-')).map((line) => line.slice(6))
  expect(by).toEqual(['c-good', 'c-tied'])
})
