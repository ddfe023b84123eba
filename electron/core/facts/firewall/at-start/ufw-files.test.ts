import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printed } from '../../../probe/section-output.testing.ts'
import type { Unread } from '../firewalld/files.ts'
import { verdicts } from '../inbound-verdicts.testing.ts'
import { parseIptables } from '../iptables/parse.ts'
import { canRun, startMachines } from '../machines.testing.ts'
import { ufwSets } from '../random-ufw.testing.ts'
import { readUfwFiles, type SavedFile } from './saved-rules.ts'
import { ufwTables } from './ufw-files.ts'

/** As section `privileged` tells of them. */
const section = (rows: string) => printed('privileged', `@ufw 0\n${rows.replace(/^([^:\n]+):(?=.)/gm, '=$1:1:')}`)
const drop = { input: 'DROP', output: 'ACCEPT', forward: 'DROP' }

function filesOf(found: readonly SavedFile[] | Unread | undefined): readonly SavedFile[] {
  if (!found || 'unread' in found) throw new Error('not read')
  return found
}

/** What the probe asks, and the settings behind it. */
const TOLD = `echo '#files'; grep -EsH '(^)[^#]' /etc/ufw/before.rules /etc/ufw/before6.rules /etc/ufw/after.rules /etc/ufw/after6.rules /etc/ufw/user.rules /etc/ufw/user6.rules
echo '#settings'; grep -E '^(IPV6|DEFAULT_[A-Z]*_POLICY)=' /etc/default/ufw`

const sets = Number(process.env.GATEHOUSE_UFW_SETS ?? (process.env.CI ? 16 : 4))

test.skipIf(!canRun())(`the files of ${sets} random ufw say what it loads`, { timeout: 30_000 + sets * 10_000 }, async () => {
  const drawn = fc
    .sample(ufwSets, { numRuns: 3 * sets, seed: Number(process.env.GATEHOUSE_SEED ?? 20_261_128) })
    .filter((set) => set.v4 === undefined && set.later === undefined)
  const machines = await startMachines(`${process.pid}-ufw`, 250)
  try {
    for (const set of drawn.slice(0, sets)) {
      const told = await machines.load({ ...set, ufw: `${set.ufw}\n${TOLD}` })
      const [, rows = '', settings = ''] = told.ufw.split(/^#(?:files|settings)\n/m)
      const of = (name: string) => new RegExp(`^${name}="?(\\w+)`, 'm').exec(settings)?.[1] ?? ''
      const policies = { input: of('DEFAULT_INPUT_POLICY'), output: of('DEFAULT_OUTPUT_POLICY'), forward: of('DEFAULT_FORWARD_POLICY') }
      const tables = ufwTables(filesOf(readUfwFiles(section(rows))), { ipv6: of('IPV6') === 'yes', policies })
      const running = [
        ...parseIptables(told.iptables, 'ip', 'iptables').tables,
        ...parseIptables(told.ip6tables, 'ip6', 'ip6tables').tables,
      ]
      if (typeof tables === 'string') throw new Error(tables)
      expect([set, verdicts(tables)]).toEqual([set, verdicts(running)])
    }
  } finally {
    machines.stop()
  }
})

const before = ['*filter', ':ufw-before-input - [0:0]', ':ufw-not-local - [0:0]', '-A ufw-before-input -i lo -j ACCEPT', 'COMMIT']
const user = ['*filter', ':ufw-user-input - [0:0]', '-A ufw-user-input -p tcp --dport 22 -j ACCEPT', 'COMMIT']
const rowsOf = (files: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(files)
    .flatMap(([name, lines]) => lines.map((line) => `/etc/ufw/${name}.rules:${line}`))
    .join('\n')
const loaded = (files: Readonly<Record<string, readonly string[]>>, policies = drop) =>
  ufwTables(filesOf(readUfwFiles(section(rowsOf(files)))), { ipv6: false, policies })
const whoGetsIn = (tables: ReturnType<typeof loaded>, port: number) =>
  typeof tables === 'string' ? tables : verdicts(tables, [port]).filter((line) => / accept ./.test(line))

test('a rule of before.rules comes before those of the user, and cites its line', () => {
  const edited = before.toSpliced(4, 0, '-A ufw-before-input -p tcp --dport 8000 -j ACCEPT')
  expect(whoGetsIn(loaded({ before, user }), 8000)).toEqual([])
  expect(whoGetsIn(loaded({ before, user }), 22)).toHaveLength(1)
  expect(whoGetsIn(loaded({ before: edited, user }), 8000)).toHaveLength(1)
  const tables = loaded({ before: edited, user })
  const rules = typeof tables === 'string' ? [] : tables.flatMap(({ chains }) => chains['ufw-before-input']?.rules ?? [])
  expect(rules.map(({ line }) => line)).toEqual([5, 6, 0])
})

test.each([
  ['that is cut', { before, user: user.slice(0, 3) }, '/etc/ufw/user.rules is cut.'],
  [
    'whose policy only an old ufw keeps',
    { before: before.toSpliced(1, 0, ':INPUT ACCEPT [0:0]'), user },
    '/etc/ufw/before.rules says :INPUT ACCEPT [0:0], which opens the host where ufw is older than 0.36.1, and does nothing where it is newer.',
  ],
  [
    'that does more than to add',
    { before: before.with(3, '-D ufw-before-input 1'), user },
    'What the files of /etc/ufw say of the table filter is written in a way that is not followed.',
  ],
])('a file %s is not followed', (_, files, said) => {
  expect(loaded(files)).toBe(said)
})

test('what the files translate counts, and chains of the kernel that they name keep their rules', () => {
  const nat = [':PREROUTING ACCEPT [0:0]', '-F', '-A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 22']
  const files = { before: ['*nat', ...nat, 'COMMIT', ...before.toSpliced(1, 0, ':INPUT DROP [0:0]')], user }
  expect(whoGetsIn(loaded(files), 80)).toHaveLength(1)
  expect(whoGetsIn(loaded({ ...files, after: ['*nat', ':PREROUTING ACCEPT [0:0]', 'COMMIT'] }), 80)).toHaveLength(1)
  expect(whoGetsIn(loaded(files), 8000)).toEqual([])
})

test.each([
  ['is off', '@sudoers 0\n=/etc/sudoers:1:a', undefined],
  ['was refused', '@ufw 126', { unread: 'Files of ufw: sudo refused the command.' }],
  ['is too long', '@ufw 0\n=/etc/ufw/user.rules:1:*filter<too long>', { unread: 'they were not read whole.' }],
  ['lies there', '@ufw 2\n=/etc/ufw/user.rules:7:*filter', [{ path: '/etc/ufw/user.rules', rows: [{ value: '*filter', line: 2 }] }]],
])('what ufw loads when it starts %s', (_, text, found) => {
  const read = readUfwFiles(printed('privileged', text))
  if (found === undefined) expect(read).toBeUndefined()
  else expect(read).toMatchObject(found)
})
