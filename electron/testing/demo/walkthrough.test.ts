import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFindings } from '#core/audit/walkthrough/open-findings.ts'
import type { Services } from '#core/services.ts'
import { checklist } from '#shared/model/checklist.ts'
import { dayFrom } from '#shared/model/validity.ts'
import type { StepRequest } from '#shared/model/walkthrough.ts'
import { blanksIn } from '#shared/statement-blanks.ts'
import { openDemoServices } from './demo-services.testing.ts'
import { gpu03 } from './hosts/gpu-03.ts'

/** The checklist gone through over a real audit; the steps stand on each other. */

let folder: string
let services: Services
const tomorrow = dayFrom(Date.now(), 1)
const open = () => openDemoServices([gpu03], { clock: { now: () => Date.now() }, data: join(folder, 'data') })
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-walk-'))
  services = await open()
  await services.audits.start(services.fleet.require(), services.transport()).done
}, 60_000)
afterAll(async () => {
  await services.close()
  rmSync(folder, { recursive: true, force: true })
})

const fleet = () => services.fleet.require()
const walk = () => services.walkthroughs
const request = (more: Partial<StepRequest>): StepRequest => ({
  ...{
    item: 'INF-1',
    outcome: 'not-met',
    statement: null,
    endsOn: null,
    note: '',
    name: 'M. Ito',
    exceptions: [],
    links: [],
    attachments: [],
  },
  ...more,
})
const step = (item: StepRequest['item']) =>
  walk()
    .current(fleet())
    ?.steps.find((one) => one.item === item)
const exceptionsOf = (item: StepRequest['item']) =>
  openFindings(services.audits.brief(fleet(), undefined).hosts, item).map(({ host, finding: { control, subject } }) => ({
    ...{ host, control, subject, owner: 'M. Ito', resolveBy: tomorrow, reason: 'Known' },
  }))

test('nothing is recorded before one is started, and only one is open', () => {
  expect(walk().current(fleet())).toBeNull()
  expect(() => walk().record(fleet(), request({}))).toThrow(/no walkthrough is open/)
  expect(
    walk()
      .start(fleet(), 'J. Lindqvist')
      .steps.map(({ item }) => item),
  ).toEqual(checklist.map(({ id }) => id))
  expect(() => walk().start(fleet(), 'Another')).toThrow(/already open/)
})

describe('a record claims no more than was found', () => {
  test('an item with open findings is not met', () => {
    expect(() => walk().record(fleet(), request({ outcome: 'met' }))).toThrow(/INF-1 is not met: .* on gpu-03/)
    expect(step('INF-1')?.record).toBeNull()
  })

  test('each open finding needs an owner, a date and a reason', () => {
    const exceptions = exceptionsOf('INF-1')
    const late = exceptions.map((one, at) => (at === 0 ? { ...one, resolveBy: '2020-01-31' } : one))
    expect(() => walk().record(fleet(), request({ outcome: 'met-with-exceptions', exceptions: late }))).toThrow(/2020-01-31 is over/)
    expect(exceptions.length).toBeGreaterThan(1)
    const partly = request({ outcome: 'met-with-exceptions', exceptions: exceptions.slice(1) })
    expect(() => walk().record(fleet(), partly)).toThrow(/no owner, date and reason for/)
    walk().record(fleet(), request({ outcome: 'met-with-exceptions', exceptions }))
    expect(step('INF-1')).toMatchObject({ record: { outcome: 'met-with-exceptions', recordedBy: 'admin' }, outdated: false })
  })

  test('not applicable needs a reason; a statement needs a check that asks, and a day', () => {
    expect(() => walk().record(fleet(), request({ outcome: 'not-applicable' }))).toThrow(/why it is not applicable/)
    expect(() => walk().record(fleet(), request({ statement: 'x', endsOn: tomorrow }))).toThrow(/asks for a statement/)
    expect(() => walk().record(fleet(), request({ item: 'OPS-2', statement: 'x' }))).toThrow(/a day until/)
    const unfilled = { item: 'OPS-2', statement: 'Rehearsed on [date] by [names].', endsOn: tomorrow } as const
    expect(() => walk().record(fleet(), request(unfilled))).toThrow(/what belongs at \[date\], \[names\]/)
    expect(() => walk().record(fleet(), request({ item: 'OPS-2', statement: 'x', endsOn: '2020-01-01' }))).toThrow()
    expect(step('OPS-2')?.record).toBeNull()
  })
})

test('a statement makes its item met, in the audit, too', () => {
  walk().record(fleet(), request({ item: 'OPS-2', outcome: 'met', statement: 'In the wiki', endsOn: tomorrow }))
  const [host] = services.audits.brief(fleet(), undefined).hosts
  expect(host?.items.find(({ id }) => id === 'OPS-2')?.status).toBe('pass')
})

test('what was typed is there again when the program died, and gone once it is recorded', async () => {
  const draft = {
    ...{ outcome: 'met' as const, statement: 'half a', endsOn: '20', note: 'to do', name: '', links: 'no link yet' },
    ...{ exceptions: { 'gpu-03 x': { owner: '', resolveBy: '', reason: 'ye' } }, attachments: [] },
  }
  walk().keepDraft(fleet(), walk().current(fleet())?.id ?? '', 'OPS-3', draft)
  expect(() => walk().keepDraft(fleet(), 'of another fleet', 'OPS-3', draft)).toThrow('another walkthrough')
  await services.close()
  services = await open()
  expect(step('OPS-3')).toEqual({ item: 'OPS-3', record: null, draft, outdated: false })
  walk().record(fleet(), request({ item: 'OPS-3' }), { after: null })
  expect(step('OPS-3')?.draft).toBeNull()
})

test('results that changed since make a record outdated', () => {
  const [finding] =
    services.audits.brief(fleet(), undefined).hosts[0]?.findings.filter(({ item, status }) => item === 'INF-1' && status === 'fail') ?? []
  services.decisions.grantWaiver(fleet(), {
    ...{ host: 'gpu-03', control: finding?.control ?? '', subject: finding?.subject ?? '', reason: 'r', approver: 'a', endsOn: tomorrow },
  })
  expect(step('INF-1')?.outdated).toBe(true)
  expect(step('OPS-2')?.outdated).toBe(false)
})

describe('attachments', () => {
  const at = (name: string) => join(folder, name)

  test('are kept by digest, as bytes, and go into the pack', async () => {
    const bytes = Buffer.from('%PDF-1.7\0<script>alert(1)</script>')
    writeFileSync(at('=re view.pdf'), bytes)
    const attachment = await services.attachments.add(at('=re view.pdf'))
    expect(attachment).toEqual({ name: '=re view.pdf', sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length })
    walk().record(fleet(), request({ item: 'SUP-3', links: ['https://wiki.example/approval'], attachments: [attachment] }))
    const pack = await services.packs.build(fleet(), at('q4.zip'))
    expect(readdirSync(join(pack.folder, 'attachments'))).toEqual([`${attachment.sha256.slice(0, 16)}--re-view.pdf`])
    expect(readFileSync(join(pack.folder, 'attachments', readdirSync(join(pack.folder, 'attachments'))[0] ?? ''))).toEqual(bytes)
    const { records } = JSON.parse(readFileSync(join(pack.folder, 'decisions/walkthrough.json'), 'utf8'))
    expect(records.map(({ item }: StepRequest) => item)).toEqual(['INF-1', 'OPS-2', 'OPS-3', 'SUP-3'])
  })

  test('one that was changed in the store is not put into a pack', async () => {
    const [name = ''] = readdirSync(join(folder, 'data', 'attachments'))
    writeFileSync(join(folder, 'data', 'attachments', name), 'another')
    await expect(services.packs.build(fleet(), at('forged.zip'))).rejects.toThrow(/not the file that was attached/)
    expect(readdirSync(folder).filter((file) => /forged|draft/.test(file))).toEqual([])
  })

  test('four gigabytes, a folder, a pipe and nothing at all are refused at once', async () => {
    writeFileSync(at('big'), '')
    truncateSync(at('big'), 4_294_967_296)
    execFileSync('mkfifo', [at('pipe')])
    await expect(services.attachments.add(at('big'))).rejects.toThrow('big: it has 4.3 GB; at most 4.0 GB are kept')
    await expect(services.attachments.add(folder)).rejects.toThrow(/it is a folder/)
    await expect(services.attachments.add(at('pipe'))).rejects.toThrow(/not a plain file/)
    await expect(services.attachments.add(at('none'))).rejects.toThrow(/none: it is not there/)
    expect(readdirSync(join(folder, 'data', 'attachments'))).toHaveLength(1)
  })
})

test('it is closed when every item is recorded, and every step is in the ledger', () => {
  expect(() => walk().close(fleet())).toThrow(/not recorded yet: INF-2, INF-3/)
  for (const { id } of checklist) if (step(id)?.record === null) walk().record(fleet(), request({ item: id }))
  expect(walk().close(fleet()).closedAt).not.toBeNull()
  expect(() => walk().record(fleet(), request({}))).toThrow(/no walkthrough is open/)
  const actions = services.ledger.read().records.map(({ action }) => action)
  expect(actions.filter((action) => action === 'walkthrough.record')).toHaveLength(18)
  expect([actions.includes('walkthrough.start'), actions.at(-1)]).toEqual([true, 'walkthrough.close'])
  expect(walk().start(fleet(), 'Next year').since).toMatchObject({ audit: expect.any(String) })
})

test('every preset is of an item, short, and says what is to be filled in', () => {
  const { items, presets } = walk().guide()
  expect(items.map(({ id }) => id)).toEqual(checklist.map(({ id }) => id))
  for (const { document, statement } of presets) {
    expect(document.length).toBeLessThan(70)
    expect([document.join('\n'), statement]).toEqual([expect.stringContaining('['), expect.stringContaining('[')])
    expect(blanksIn(statement)).toEqual(statement.match(/\[[^\]]*\]/g))
  }
})
