import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import { accessListSchema } from '#shared/model/access.ts'
import { type FullAccessReview, fullAccessReviewSchema } from '#shared/model/access-review.ts'
import { openDemoServices } from '#testing/demo/demo-services.testing.ts'
import { gpu01 } from '#testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '#testing/demo/hosts/gpu-02.ts'
import { gpu03 } from '#testing/demo/hosts/gpu-03.ts'
import { runAccess } from './access.command.ts'
import { reviewText } from './access-review.command.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

vi.mock(import('./step-up-terminal.ts'), async (original) => ({ ...(await original()), stepUpOnTerminal: vi.fn() }))

/** `gatehouse access` over a data folder in which three hosts of the demo were audited. */

let folder: string
let stdout: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-access-'))
  const services = await openDemoServices([gpu01, gpu02, gpu03], { clock: { now: () => Date.now() }, data: join(folder, 'data') })
  await services.audits.start(services.fleet.require(), services.transport()).done
  await services.close()
  writeFileSync(
    join(folder, 'fleet.yaml'),
    'version: 1\nname: demo\nidentities: { audit: { user: gatehouse-ro } }\nhosts:\n  - { name: gpu-01, address: 10.20.4.11 }\n  - { name: gpu-02, address: 10.20.4.12 }\n',
  )
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  stdout = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => vi.restoreAllMocks())

const access = (...args: readonly string[]) => {
  stdout = ''
  return runAccess([...args, '--data', join(folder, 'data')])
}
const ofFleet = () => ['--fleet', join(folder, 'fleet.yaml')]

test('a fleet file or the demo, and nothing else', async () => {
  await expect(access('list')).rejects.toThrow(/either --fleet FILE or --demo/)
  await expect(access('list', '--demo', ...ofFleet())).rejects.toThrow(/either/)
  await expect(access('review')).rejects.toThrow(/either/)
  await expect(access('look', '--demo')).rejects.toThrow(/list or review/)
  await expect(access('list', '--host', 'gpu-09', ...ofFleet())).rejects.toThrow(/gpu-09 is no host/)
})

test('a word or an option that would be passed over is refused', async () => {
  const review = (...args: readonly string[]) => access('review', ...args, ...ofFleet())
  await expect(review('decide', 'ada', 'keep', 'please')).rejects.toThrow('"please" is one word too many')
  await expect(review('start', 'now')).rejects.toThrow('"now" is one word too many')
  await expect(review('sing', 'a', 'song')).rejects.toThrow('expected start, decide')
  await expect(review('--host', 'gpu-01')).rejects.toThrow('--host and --output are for plan')
  await expect(review('plan', '--host', 'gpu-09', '--output', join(folder, 'p.json'))).rejects.toThrow('gpu-09 is no host')
  // A note is never cut in silence.
  await expect(review('decide', 'ada', 'keep', '--note', 'x'.repeat(501))).rejects.toThrow('more than 500 characters')
})

test('what nobody reviewed is due, and what is not known is not clean', async () => {
  expect(await access('review', ...ofFleet())).toBe(1)
  expect(stdout).toContain('A review is due: `gatehouse access review start` opens it.')
  expect(stdout).not.toContain('  ?  ')
  const unseen = join(folder, 'unseen.yaml')
  writeFileSync(
    unseen,
    'version: 1\nname: unseen\nidentities: { audit: { user: gatehouse-ro } }\nhosts:\n  - { name: gpu-09, address: 10.20.4.99 }\n',
  )
  expect(await access('review', '--fleet', unseen)).toBe(2)
  expect(await access('review', 'plan', '--fleet', unseen)).toBe(2)
  expect(await access('review', 'plan', '--host', 'gpu-09', '--output', join(folder, 'p.json'), '--fleet', unseen)).toBe(2)
})

test('of accounts whose rules were not read it is said what is not known, before they are decided', () => {
  const row = { account: 'ada', tier: 'operators', logins: [], holdings: [] } as unknown as FullAccessReview['entries'][number]['row']
  const notRead = { capabilities: ['become-root' as const], reasons: ['Rules of sudo: sudo refused the command'] }
  const entry = (host: string, more: typeof notRead | null) =>
    ({ host, since: 'new', decision: null, notRead: more !== null, row: { ...row, notRead: more } }) as const
  const words = reviewText({
    ...{
      open: null,
      lastSigned: { at: '2026-11-01T00:00:00.000Z', by: 'Ada', without: ['lab-01'] },
      nextDue: '2999-01-01',
      left: [],
      unseen: [],
    },
    ...{ entries: [entry('lab-01', notRead), entry('gpu-01', null)], notCovered: ['lab-01'] },
  })
  expect(words).toContain('! It does not cover lab-01.\n! lab-01: what accounts can do is not all known')
  expect(words).toContain('operators: not known: become root (Rules of sudo: sudo refused the command)\n')
  expect(words).toContain('operators: nothing that is looked for\n')
})

test('every account is listed with the way by which it can', async () => {
  expect(await access('list', ...ofFleet())).toBe(0)
  expect(stdout).toMatch(/^gpu-01\n/)
  expect(stdout).toMatch(/\n {6}Become root .* → /)
  expect(await access('list', '--json', '--host', 'gpu-01', ...ofFleet())).toBe(0)
  const list: unknown = JSON.parse(stdout)
  const { hosts, keys } = accessListSchema.parse(list)
  expect({ hosts, keys }).toEqual(list)
  expect(hosts.map(({ host }) => host)).toEqual(['gpu-01'])
})

test('what is printed of the demo holds tiers, shared keys and who is not used; states filter it', async () => {
  const list = async (...more: readonly string[]) => {
    const code = await access('list', '--demo', '--host', 'gpu-02', ...more)
    return { code, ...accessListSchema.parse(JSON.parse(stdout)) }
  }
  const { hosts, keys } = await list('--json')
  expect(keys).toMatchObject([{ why: 'shared', accounts: 2, places: [{ account: 'backup' }, { account: 'lund' }] }])
  const [all = expect.fail()] = hosts
  expect(all.tiers.find(({ account }) => account === 'backup')).toMatchObject({ kind: 'account', state: 'no-tier' })
  const some = (await list('--json', '--state', 'no-tier')).hosts[0]
  expect(some?.access?.accounts.map(({ name }) => name)).toContain('backup')
  expect(some?.tiers.every(({ state }) => state === 'no-tier')).toBe(true)
  expect(some?.access?.gaps).toEqual(all.access?.gaps)
  const stale = (await list('--json', '--host', 'gpu-03', '--state', 'stale')).hosts
  expect(stale.flatMap((host) => host.access?.accounts.map(({ name }) => name) ?? [])).toEqual(stale.flatMap((host) => host.stale))
  expect(stale.flatMap((host) => host.stale)).not.toEqual([])
  // Whether something is open is said of all accounts, whichever are shown.
  expect((await list('--json', '--state', 'match')).code).toBe(1)
  await access('list', '--demo', '--host', 'gpu-02', '--host', 'gpu-03')
  for (const name of stale.flatMap((host) => host.stale)) expect(stdout).toMatch(new RegExp(`\\n {2}${name}: .*, NOT USED`))
  // Keys of a host that is not listed are not.
  await access('list', '--demo', '--host', 'gpu-01', '--json')
  expect(accessListSchema.parse(JSON.parse(stdout)).keys).toEqual([])
  await expect(access('list', '--demo', '--state', 'odd')).rejects.toThrow('expected above')
  await expect(access('list', ...ofFleet(), '--state', 'above')).rejects.toThrow('names no tiers')
})

test('the demo is listed as it was audited, and a host that was not says so', async () => {
  expect(await access('list', '--demo', '--host', 'gpu-02')).toBeLessThan(2)
  expect(stdout).toMatch(/^gpu-02\n/)
  expect(await access('list', '--demo', '--host', 'gpu-04')).toBe(2)
  expect(stdout).toContain('not known')
})

test('a key of two accounts is named, also when they are on different hosts', async () => {
  await access('list', '--demo', '--host', 'gpu-02')
  expect(stdout).toMatch(/\nKeys that name no single person\n {2}SHA256:\S+ \S+ opens 2 accounts: backup@gpu-02, lund@gpu-03\n$/)
})

test('a review goes from start to plan to signature', async () => {
  const review = async (...args: readonly string[]): Promise<FullAccessReview> => {
    await access('review', ...args, '--json', ...ofFleet())
    const printed: unknown = JSON.parse(stdout)
    const parsed = fullAccessReviewSchema.parse(printed)
    expect(parsed).toEqual(printed)
    return parsed
  }
  expect(await access('review', 'start', ...ofFleet())).toBe(1)
  const { entries } = await review()
  const people = entries.filter(({ row }) => row.account !== 'gatehouse-ro' && row.account !== 'root')
  const gone = people[0]
  expect(gone).toBeDefined()
  await expect(access('review', 'decide', 'nobody-here', 'keep', ...ofFleet())).rejects.toThrow(/nobody-here/)
  await expect(access('review', 'decide', 'x', 'maybe', ...ofFleet())).rejects.toThrow(/keep\|remove\|ask/)
  for (const name of new Set(entries.map(({ row }) => row.account))) await review('decide', name, 'keep')
  expect(await access('review', 'plan', ...ofFleet())).toBe(0)
  expect(stdout).toContain('Nothing is to be removed.')
  await review('decide', `${gone?.row.account}@${gone?.host}`, 'remove', '--note', 'left in May')
  expect(await access('review', 'plan', ...ofFleet())).toBe(1)
  expect(stdout).toContain(`## ${gone?.host}\n\n- **${gone?.row.account}**`)
  expect(await access('review', 'plan', '--host', gone?.host ?? '', ...ofFleet())).toBe(1)
  expect(stdout).toMatch(/^# Accounts to be removed from/)
  await expect(access('review', 'plan', '--host', 'gpu-09', ...ofFleet())).rejects.toThrow(/gpu-09 is no host/)
  await expect(access('review', 'sign', ...ofFleet())).rejects.toThrow(/--name/)
  const sign = () => access('review', 'sign', '--name', 'M. Ito', ...ofFleet())
  vi.mocked(stepUpOnTerminal).mockRejectedValueOnce(new GatehouseError({ code: 'step-up.wrong-code', detail: '' }))
  await expect(sign()).rejects.toThrow()
  expect((await review()).lastSigned).toBeNull()
  expect(await sign()).toBe(1)
  expect(stdout).toMatch(/signed on .* by M\. Ito/)
  expect(stdout).toContain('TO BE REMOVED')
  expect(stdout).not.toContain('A review is due')
  expect(await access('review', 'plan', '--host', people.find(({ host }) => host !== gone?.host)?.host ?? '', ...ofFleet())).toBe(0)
  vi.useFakeTimers({ now: Date.now() + 93 * 86_400_000, toFake: ['Date'] })
  try {
    await access('review', ...ofFleet())
  } finally {
    vi.useRealTimers()
  }
  expect(stdout).toMatch(/the next was due by \S+\.\nA review is due/)
})
