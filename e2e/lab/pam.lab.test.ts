import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { HostAccess } from '#shared/model/access.ts'
import { audit } from './audit.ts'
import { gatehouse } from './console.ts'
import { arrange, kill, lab, start } from './lab.ts'

/** Accounts with one key each, and a PAM that lets in some of them: what is said is held against what its sshd does when it is tried. */

const read = (name: string) => readFileSync(new URL(`variants/${name}`, import.meta.url), 'utf8')
const data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu2')
  await start('gpu2')
})

async function look(how: string) {
  await arrange('gpu2', `set -- ${how}\n${read('pam.sh')}`)
  await audit(data, ['--host', 'gpu2'])
  const { stdout } = await gatehouse(['access', 'list', '--fleet', lab.fleetFile, '--data', data, '--host', 'gpu2', '--json'])
  const {
    hosts: [gpu2],
  } = JSON.parse(stdout) as { readonly hosts: [{ readonly access: HostAccess }] }
  const really = (await arrange('gpu2', read('pam-tried.sh'))).split('\n').filter(Boolean).toSorted()
  const accounts = gpu2.access.accounts.filter(({ name }) => name.startsWith('p-'))
  const said = accounts.flatMap(({ name, logins }) => (logins.includes('SSH key') ? name : [])).toSorted()
  return { said, really, notes: new Set(accounts.flatMap(({ loginNotes }) => loginNotes)) }
}

/** `from elsewhere`: said to get in, which is true from other places than the one from which it is tried. */
test.each<[string, number, readonly string[], RegExp]>([
  ['plain', 6, [], /expired on 2020-01-01/],
  ['access', 3, ['p-far'], /PAM does not let it in \(pam_access\)/],
  ['access-folder', 5, [], /PAM does not let it in \(pam_access\)/],
  ['optional', 6, [], /expired/],
  ['succeed-if', 1, [], /PAM does not let it in \(pam_succeed_if\)/],
  ['listfile', 1, [], /PAM does not let it in \(pam_listfile\)/],
  ['shells', 5, [], /PAM does not let it in \(pam_shells\)/],
  ['own-file', 2, [], /PAM does not let it in \(pam_access\)/],
  ['jump', 3, [], /PAM does not let it in \(pam_succeed_if\)/],
  ['unheeded', 7, [], /expired on 2020-01-01, which PAM of sshd does not heed/],
  ['without', 5, [], /its password is locked, and sshd asks no PAM/],
])('%s: who is said to get in does, and nobody else', { timeout: 120_000 }, async (how, count, elsewhere, note) => {
  const { said, really, notes } = await look(how)
  expect(said.filter((name) => !elsewhere.includes(name))).toEqual(really)
  expect([really.length, [...notes].some((one) => note.test(one))]).toEqual([count, true])
})

test('a module that is not followed is named, and nobody is said to be kept out by it', { timeout: 120_000 }, async () => {
  for (const how of ['closed-list', 'exec']) {
    const { said, really, notes } = await look(how)
    expect(really).toEqual(['p-name'])
    expect(said).toHaveLength(6)
    expect([...notes]).toContain(`PAM may refuse it (pam_${how === 'exec' ? 'exec' : 'listfile'}, which is not followed)`)
  }
})
