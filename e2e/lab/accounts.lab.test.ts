import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AccessList, AccountAccess } from '#shared/model/access.ts'
import type { Capability } from '#shared/model/capability.ts'
import { audit } from './audit.ts'
import { gatehouse } from './console.ts'
import { arrange, kill, lab, start } from './lab.ts'

/** Accounts planted on gpu2. What Gatehouse says of each is held against what the account does when it tries. */

const read = (name: string) => readFileSync(new URL(`variants/${name}`, import.meta.url), 'utf8')
const tried = ['become-root', 'change-configuration', 'read-logs', 'control-services'] as const
const used = ['send-inference', 'read-prompts', 'change-models', 'change-access'] as const
/** Ollama, which asks for no key, and llama-server, which does. */
const engines = ['Ollama', 'llama-server'] as const
const data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
let accounts: ReadonlyMap<string, AccountAccess> = new Map()
/** `sudo-all become-root`, as it was tried. */
let really: ReadonlySet<string>
let names: readonly string[]
/** With each engine, what is said of each account, and what it did. */
const beside = new Map<
  string,
  { readonly said: ReadonlyMap<string, AccountAccess>; readonly did: ReadonlySet<string>; readonly names: readonly string[] }
>()

async function accountsOf(): Promise<ReadonlyMap<string, AccountAccess>> {
  const { stdout } = await gatehouse(['access', 'list', '--fleet', lab.fleetFile, '--data', data, '--host', 'gpu2', '--json'])
  const [gpu2] = (JSON.parse(stdout) as AccessList).hosts
  return new Map(gpu2?.access?.accounts.map((account) => [account.name, account]))
}

/** Programs of this machine that the base of the lab lacks. */
const toolFiles = [
  ...['/usr/bin/getfacl', '/usr/bin/setfacl', '/usr/lib/polkit-1/polkitd', '/usr/lib/systemd/system/polkit.service'],
  ...['/usr/lib/sysusers.d/polkitd.conf', '/usr/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service'],
  ...['/usr/share/dbus-1/system.d/org.freedesktop.PolicyKit1.conf', '/usr/share/polkit-1/rules.d/50-default.rules'],
]

function withLibraries(files: readonly string[]): readonly string[] {
  const needed = execFileSync('ldd', ['/usr/lib/polkit-1/polkitd'], { encoding: 'utf8' }).matchAll(/=> (\/\S+)/g)
  return [...files, ...[...needed].flatMap(([, path = '']) => path)]
}

beforeAll(async () => {
  // These are on no machine but these hosts.
  execFileSync('sh', [
    '-c',
    'for p in accounts/opendoas hooks/at hooks/ifupdown hooks/libpam-cap hooks/libpopt0 hooks/logrotate; do dpkg-deb -x "$1/$p"_*.deb "$2"; done',
    'sh',
    lab.packages,
    join(data, 'packages'),
  ])
  const words = [
    '-ch',
    '-C',
    '/',
    ...withLibraries(toolFiles).map((path) => path.slice(1)),
    '-C',
    join(data, 'packages'),
    'usr/bin/doas',
    ...['etc/pam.d/doas', 'usr/bin/at', 'usr/sbin/atd', 'etc/at.deny', 'etc/pam.d/atd', 'sbin/ifup', 'usr/sbin/logrotate'],
    ...['usr/lib/x86_64-linux-gnu/libpopt.so.0', 'lib/x86_64-linux-gnu/security/pam_cap.so'],
  ]
  const tools = execFileSync('tar', words, { maxBuffer: 64 * 1024 * 1024 }).toString('base64')
  await arrange('gpu2', `${read('accounts.sh')}\n${read('accounts-uses.sh')}`, tools)
  for (const engine of engines) {
    if (engine !== 'Ollama') await arrange('gpu2', read('accounts-keyed.sh'))
    await audit(data, ['--host', 'gpu2'])
    const said = await accountsOf()
    // Some are planted with the second engine.
    accounts = new Map([...said, ...accounts])
    const did = (await arrange('gpu2', read('accounts-used.sh'))).split('\n').filter(Boolean)
    const names = did.flatMap((line) => (line.endsWith(' exists') ? line.slice(0, -' exists'.length) : []))
    beside.set(engine, { said, did: new Set(did), names })
  }
  await arrange('gpu2', 'systemctl stop llama; systemctl start ollama')
  const lines = (await arrange('gpu2', read('accounts-tried.sh'))).split('\n').filter(Boolean)
  really = new Set(lines)
  names = lines.flatMap((line) => (line.endsWith(' exists') ? line.slice(0, -' exists'.length) : []))
}, 900_000)
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu2')
  await start('gpu2')
})

/** Held without anything more: not what asks for a password that this account may not know. */
const holds = (account: AccountAccess | undefined, capability: Capability): boolean =>
  account?.holdings.some((holding) => holding.capability === capability && holding.condition === undefined) === true

test('at least forty are there, and each capability is held by some', () => {
  expect(names.length).toBeGreaterThanOrEqual(40)
  for (const [what, some] of [...tried.map((one) => [one, 2] as const), ['login', 4] as const, ['unattended', 2] as const])
    expect([what, [...really].filter((line) => line.endsWith(` ${what}`)).length >= some]).toEqual([what, true])
})

test('polkit is there, and gives what its rules say', () =>
  expect([...really].filter((line) => line.startsWith('polkit-') && !line.endsWith(' exists')).sort()).toEqual([
    'polkit-group become-root',
    'polkit-group control-services',
    'polkit-unit control-services',
    'polkit-verb control-services',
  ]))

test.each(tried)('%s: who is said to hold it can, and who is not cannot', (capability) => {
  // Root can do all of it, tried or not.
  const real = (name: string) => really.has(`${name} ${capability}`) || really.has(`${name} become-root`)
  expect(names.filter((name) => holds(accounts.get(name), capability) !== real(name))).toEqual([])
})

/** Held only if something else is so, and it is: what its one command does is not looked into. */
const onCondition: Readonly<Record<string, readonly string[]>> = {
  'Ollama send-inference': ['ssh-asks'],
  'Ollama change-models': ['ssh-asks'],
}

describe.each(engines)('beside %s', (engine) => {
  const of = () => beside.get(engine) as NonNullable<ReturnType<typeof beside.get>>
  // Whether these get in is not known, and so not that they do not.
  const unsure = ({ said }: ReturnType<typeof of>) => [...said.values()].filter(({ login }) => login === 'unknown').map(({ name }) => name)

  test.each(used)('%s: who is said to hold it does it, and who is not cannot', (capability) => {
    const { said, did, names: tried } = of()
    const known = tried.filter((name) => !(unsure(of()).includes(name) && !did.has(`${name} ${capability}`)))
    const real = (name: string) => did.has(`${name} ${capability}`) || really.has(`${name} become-root`)
    const wrong = (held: boolean) => known.filter((name) => holds(said.get(name), capability) === held && real(name) !== held)
    expect(tried.length).toBeGreaterThanOrEqual(200)
    expect({ tooMuch: wrong(true), tooLittle: wrong(false) }).toEqual({
      tooMuch: [],
      tooLittle: onCondition[`${engine} ${capability}`] ?? [],
    })
    for (const name of onCondition[`${engine} ${capability}`] ?? [])
      expect(said.get(name)?.holdings.find((one) => one.capability === capability)?.condition).toMatch(/^only if /)
  })

  test('of whom it is not known whether they get in', () =>
    expect(unsure(of()).toSorted()).toEqual(['cert-listed', 'key-ended', 'key-far', 'key-from-none', 'key-loose-home', 'nothing']))
})

test('who is said to get in does, and who is not does not', () => {
  const said = (name: string) => accounts.get(name)?.logins.includes('SSH key') === true
  expect(names.filter((name) => said(name) !== really.has(`${name} login`))).toEqual(['cert-listed'])
})

test('whom a file names for a certificate may get in by one, and nobody else', () => {
  const certified = names.filter((name) => accounts.get(name)?.loginNotes.some((note) => note.startsWith('a certificate of ')))
  expect(certified.toSorted()).toEqual(['cert-listed', 'nothing'])
  expect([accounts.get('cert-listed')?.login, accounts.get('cert-listed')?.loginNotes.join()]).toEqual([
    'unknown',
    expect.stringContaining('/etc/ssh/planted-ca.pub for web or ops may let it in'),
  ])
  expect([really.has('cert-listed login'), really.has('nothing login')]).toEqual([true, false])
})

test('where keys were not looked for, it is not said that nobody gets in', () => {
  const far = accounts.get('key-far')
  expect([far?.login, far?.logins, far?.loginNotes.join()]).toEqual(['unknown', [], 'keys in /home/CORP/key-far were not looked for'])
})

test('who is said to run something without a login does', () => {
  const said = (name: string) => accounts.get(name)?.logins.some((way) => /^(?:user services|own jobs of (?:cron|at))$/.test(way)) === true
  expect(names.filter((name) => said(name) !== really.has(`${name} unattended`))).toEqual([])
})

describe('the plan of a review closes what it says', () => {
  const gone = ['sudo-group', 'cron-own', 'user-timer']
  const review = (...words: readonly string[]) => gatehouse(['access', 'review', ...words, '--fleet', lab.fleetFile, '--data', data])
  let after: ReadonlyMap<string, AccountAccess>

  beforeAll(async () => {
    await review('start')
    for (const name of gone) await review('decide', `${name}@gpu2`, 'remove')
    const { stdout } = await review('plan', '--host', 'gpu2')
    await arrange('gpu2', 'sh', stdout)
    // It may be run again.
    await arrange('gpu2', 'sh', stdout)
    await audit(data, ['--host', 'gpu2'])
    after = await accountsOf()
  }, 120_000)

  test('no way in is left, by key, job or service', () => {
    expect(gone.map((name) => accounts.get(name)?.logins.includes('SSH key'))).toEqual(gone.map(() => true))
    expect(gone.flatMap((name) => after.get(name)?.logins ?? [])).toEqual([])
    expect(gone.flatMap((name) => after.get(name)?.keys ?? [])).toEqual([])
  })

  test('sudo refuses them, and nobody else', async () => {
    const asked = await arrange(
      'gpu2',
      'for n in sudo-group sudo-uid; do setpriv --reuid $n --regid $n --init-groups -- sudo -n /usr/bin/env id -u || echo no; done',
    )
    expect(asked).toBe('no\n0\n')
  })

  test('groups that gave rights are left, and the login of Gatehouse is as it was', async () => {
    expect(await arrange('gpu2', 'id -nG sudo-group')).toBe('sudo-group\n')
    expect(after.get('key-command')?.logins).toEqual(['SSH key'])
  })
})
