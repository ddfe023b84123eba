import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AccessRow } from '#shared/model/access.ts'
import { type ItemId, itemIds } from '#shared/model/checklist.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { StepOutcome } from '#shared/model/walkthrough.ts'
import { createReviewService } from '../access-review/review-service.ts'
import { createLedger } from '../ledger/ledger.ts'
import type { LedgerEntry } from '../ledger/record.ts'
import { createAccessReviewRepo } from '../store/access-review.repo.ts'
import { undisturbed } from '../store/all-or-nothing.ts'
import { openDatabase } from '../store/database.ts'
import { createAttestationRepo, createWaiverRepo } from '../store/decision.repo.ts'
import { createWalkthroughRepo } from '../store/walkthrough.repo.ts'
import { createDecisionService } from './decision-service.ts'
import { createWalkthroughService } from './walkthrough/walkthrough-service.ts'

/** The window and a terminal, or two windows: two connections to one SQLite file, two writers of one ledger. */

const NOW = Date.parse('2026-11-26T10:00:00Z')
const fleet = fleetSchema.parse({
  ...{ version: 1, name: 'dc1', identities: { audit: { user: 'a' } } },
  hosts: [{ name: 'h1', address: '10.0.0.1' }],
})
const row = (account: string): AccessRow => ({
  ...{ account, state: 'match', tier: 'operators', login: 'yes', title: '', reason: '', kind: 'account', logins: ['SSH key'] },
  ...{ lastLogin: null, holdings: [], notRead: null, proofs: [] },
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-two-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** `meanwhile`: called while the ledger is written to, so in the middle of a step. */
function open(by: string, { waitMs = 5000, meanwhile = (_: LedgerEntry): void => undefined } = {}) {
  const { database } = openDatabase(folder, NOW)
  database.exec(`PRAGMA busy_timeout = ${waitMs}`)
  const clock = { now: () => NOW }
  const written = createLedger(folder, clock, by)
  const append: typeof written.append = (entry) => {
    meanwhile(entry)
    return written.append(entry)
  }
  const ledger = { ...written, append }
  const decisions = createDecisionService({
    ...{ clock, waivers: createWaiverRepo(database), attestations: createAttestationRepo(database), by },
    ...{ controls: [], findingOf: () => undefined, ledger },
  })
  const alone = undisturbed(database)
  const repo = createWalkthroughRepo(database)
  return {
    ledger,
    repo,
    database,
    walkthroughs: createWalkthroughService({
      ...{ clock, repo, undisturbed: alone, decisions, hosts: () => [], controls: [], ledger, by },
      history: { audits: () => [{ id: 'a1', startedAt: '2026-11-25T10:00:00.000Z', sequence: 1 } as never] },
    }),
    reviews: createReviewService({
      ...{ repo: createAccessReviewRepo(database), undisturbed: alone, ledger, clock, by, decisions: { attest: () => undefined as never } },
      access: {
        overview: () => ({
          tiers: null,
          hosts: [{ host: 'h1', reason: null, cut: 0, gaps: [], rows: [row('ada'), row('rey')] }],
          keys: [],
        }),
        removals: () => [],
      },
    }),
  }
}

const step = (item: ItemId, outcome: StepOutcome, name: string) => ({
  ...{ item, outcome, statement: null, endsOn: null, note: 'seen', name, exceptions: [], links: [], attachments: [] },
})
/** As if each item had been recorded: without eighteen records of the ledger, each of which waits for the disk. */
function recordAll({ repo, walkthroughs }: ReturnType<typeof open>): void {
  const { id } = walkthroughs.start(fleet, 'J. Lindqvist')
  for (const item of itemIds) {
    const made = { id: `r-${item}`, seen: '', recordedBy: 'ada', recordedAt: '2026-11-26T10:00:00.000Z' }
    repo.record(id, { ...step(item, 'met', 'Ada'), ...made })
  }
}
const actions = ({ ledger }: ReturnType<typeof open>) => ledger.read().records.map(({ action, who }) => `${who} ${action}`)

describe('one walkthrough', () => {
  test('both record, of one item, too: nothing is lost, the newest counts', () => {
    const [window, terminal] = [open('ada'), open('bo')]
    window.walkthroughs.start(fleet, 'J. Lindqvist')
    expect(() => terminal.walkthroughs.start(fleet, 'J. Lindqvist')).toThrow('already open')
    const items = itemIds.slice(0, 4)
    for (const [at, item] of items.entries()) (at % 2 === 0 ? window : terminal).walkthroughs.record(fleet, step(item, 'met', `p${at}`))
    terminal.walkthroughs.record(fleet, step('INF-1', 'not-met', 'Bo'))
    const shown = terminal.walkthroughs.current(fleet)
    expect(shown).toEqual(window.walkthroughs.current(fleet))
    expect(shown?.steps.flatMap(({ record }) => record?.name ?? [])).toEqual(['Bo', 'p1', 'p2', 'p3'])
    const kept = terminal.walkthroughs.records(fleet)
    expect(kept.filter(({ item }) => item === 'INF-1').map(({ outcome }) => outcome)).toEqual(['met', 'not-met'])
    expect(kept).toHaveLength(items.length + 1)
    expect(window.ledger.read().broken).toBeUndefined()
    expect(actions(window).filter((one) => one.endsWith('walkthrough.record'))).toHaveLength(kept.length)
  })

  test('what was typed beside an older record does not take the place of a newer one, and is kept', () => {
    const [window, terminal] = [open('ada'), open('bo')]
    const { id } = window.walkthroughs.start(fleet, 'J. Lindqvist')
    const first = window.walkthroughs.record(fleet, step('INF-1', 'met', 'Ada'), { after: null })
    const draft = {
      outcome: 'met' as const,
      statement: '',
      endsOn: '',
      note: 'typing',
      name: 'Ada',
      links: '',
      exceptions: {},
      attachments: [],
    }
    window.walkthroughs.keepDraft(fleet, id, 'INF-1', draft)
    const second = terminal.walkthroughs.record(fleet, step('INF-1', 'not-met', 'Bo'))
    const again = (after: string | null) => window.walkthroughs.record(fleet, step('INF-1', 'met', 'Ada'), { after })
    for (const after of [null, first.id]) expect(() => again(after)).toThrow(/INF-1 was recorded meanwhile \(Not met, Bo, by bo at 2026/)
    const shown = window.walkthroughs.current(fleet)?.steps[0]
    expect([shown?.record?.id, shown?.draft]).toEqual([second.id, draft])
    again(second.id)
    expect(window.walkthroughs.current(fleet)?.steps[0]?.draft).toBeNull()
    expect(window.walkthroughs.records(fleet)).toHaveLength(3)
  })

  test('what was closed elsewhere takes no more', () => {
    const [window, terminal] = [open('ada'), open('bo')]
    recordAll(window)
    terminal.walkthroughs.close(fleet)
    expect(() => window.walkthroughs.record(fleet, step('INF-1', 'not-met', 'Ada'))).toThrow('no walkthrough is open')
    expect(() => window.walkthroughs.close(fleet)).toThrow('no walkthrough is open')
    expect(actions(window).at(-1)).toBe('bo walkthrough.close')
  })

  test('it cannot be closed in the middle of a record', () => {
    const terminal = open('bo', { waitMs: 0 })
    let says = ''
    const window = open('ada', {
      meanwhile({ detail }) {
        if (!detail.endsWith('late')) return
        try {
          terminal.walkthroughs.close(fleet)
        } catch (error) {
          says = String(error)
        }
      },
    })
    recordAll(window)
    window.walkthroughs.record(fleet, step('INF-1', 'not-met', 'late'))
    expect(says).toContain('Another Gatehouse is writing to the database')
    expect(terminal.walkthroughs.close(fleet).steps[0]?.record?.name).toBe('late')
  })
})

describe('one access review', () => {
  test('both decide, of one account, too: the ledger keeps the decision that was replaced', () => {
    const [window, terminal] = [open('ada'), open('bo')]
    window.reviews.start(fleet)
    expect(() => terminal.reviews.start(fleet)).toThrow('open already')
    window.reviews.decide(fleet, { account: 'ada', verdict: 'keep', note: '' })
    window.reviews.decide(fleet, { account: 'rey', verdict: 'remove', note: 'has moved' })
    const { entries } = terminal.reviews.decide(fleet, { account: 'rey', verdict: 'keep', note: '' })
    expect(entries.map(({ row: { account }, decision }) => [account, decision?.verdict, decision?.decidedBy])).toEqual([
      ['ada', 'keep', 'ada'],
      ['rey', 'keep', 'bo'],
    ])
    expect(window.ledger.read().records.at(-1)).toMatchObject({
      ...{ action: 'access-review.decide', who: 'bo', detail: 'keep instead of rey on h1: remove (has moved) by ada' },
    })
    terminal.reviews.decide(fleet, { account: 'rey', verdict: 'keep', note: '' })
    expect(actions(window)).toEqual(['ada access-review.start', 'bo access-review.decide'])
  })

  test('what was signed elsewhere takes no more', () => {
    const [window, terminal] = [open('ada'), open('bo')]
    window.reviews.start(fleet)
    for (const account of ['ada', 'rey']) window.reviews.decide(fleet, { account, verdict: 'keep', note: '' })
    terminal.reviews.sign(fleet, 'Bo')
    expect(() => window.reviews.decide(fleet, { account: 'rey', verdict: 'remove', note: '' })).toThrow('no review of this fleet is open')
    expect(() => window.reviews.sign(fleet, 'Ada')).toThrow('no review of this fleet is open')
    expect(window.reviews.current(fleet)).toMatchObject({ open: null, lastSigned: { by: 'Bo' } })
  })

  test('what is being signed cannot be decided otherwise in the middle', () => {
    const terminal = open('bo', { waitMs: 0 })
    let says = ''
    const window = open('ada', {
      meanwhile({ action }) {
        if (action !== 'access-review.sign') return
        try {
          terminal.reviews.decide(fleet, { account: 'rey', verdict: 'ask', note: '' })
        } catch (error) {
          says = String(error)
        }
      },
    })
    window.reviews.start(fleet)
    for (const account of ['ada', 'rey']) window.reviews.decide(fleet, { account, verdict: 'keep', note: '' })
    window.reviews.sign(fleet, 'Ada')
    expect(says).toContain('Another Gatehouse is writing to the database')
    expect(actions(window)).toEqual(['ada access-review.start', 'ada access-review.sign'])
  })

  test('a step that the ledger refuses leaves nothing behind', () => {
    const window = open('ada', {
      meanwhile({ action }) {
        if (action === 'access-review.start') throw new Error('the disk is full')
      },
    })
    expect(() => window.reviews.start(fleet)).toThrow('the disk is full')
    expect([window.database.inTransaction, window.reviews.current(fleet).open]).toEqual([false, null])
  })
})
