import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLedger } from '../../ledger/ledger.ts'
import { readHostAnswer } from './answer.ts'
import { collectEarlier, holderWords } from './earlier-push.ts'
import type { HostPush, HostStep } from './program.ts'
import type { StepLane } from './step-lane.ts'

const K = 'a'.repeat(32)
const push: HostPush = { id: 'mine', who: 'ada', unit: '', reverts: '', undoAfterSeconds: 120, files: [] }
/** What a host says of the push that holds its lock. */
const answer = (...lines: string[]) => readHostAnswer(lines.map((line) => `${K} ${line}\n`).join(''), K)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-earlier-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function met(...lines: string[]): Promise<string> {
  const taken: string[] = []
  const take = async (steps: readonly HostStep[], { id }: HostPush) => {
    taken.push(`${steps} ${id}`)
    return []
  }
  const ledger = createLedger(folder, { now: () => Date.now() }, 'ada')
  const lane = { take } as unknown as StepLane
  await collectEarlier({ lane, found: answer(...lines), push, host: 'gpu-01', ledger, signal: new AbortController().signal })
  return taken.join()
}

test.each([
  ['one that was left', ['open p1 1000 eve', 'now 1031'], 'undo p1'],
  ['one that may be under way', ['open p1 1000 eve', 'now 1029'], ''],
  ['one that began before the clock went back', ['open p1 5000 eve', 'now 1000'], 'undo p1'],
  ['one whose maker did not write down who it is', ['open none 0 ', 'now 1000'], 'undo none'],
  ['one that wrote', ['open p1 1000 eve', 'now 9000', 'mark writing'], ''],
  ['one that is armed', ['open p1 1000 eve', 'now 9000', 'armed'], ''],
  ['one that ended', ['open p1 1000 eve', 'now 1001', 'mark undone'], 'clear p1'],
])('%s', async (_name, lines, taken) => {
  expect(await met(...lines)).toBe(taken)
})

test('who is met is told whose it is, since when, and how it ends', () => {
  const words = (...lines: string[]) => holderWords(answer('open p1 1000 eve at desk', ...lines))
  expect(words()).toBe(
    'held by eve at desk since 1970-01-01T00:16:40.000Z by the clock of the host, push p1: it has changed nothing yet; left like this, the next push clears it away',
  )
  expect(words('armed')).toContain('its undo is armed and ends it; where it does not, as root on the host: sh /var/lib/gatehouse-push/undo')
  expect(words('mark writing')).toContain('nothing there runs its undo any more: gatehouse undo on its console')
})
