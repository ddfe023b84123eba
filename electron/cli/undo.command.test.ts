import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLedger } from '#core/ledger/ledger.ts'
import { failureOf } from '#shared/errors.ts'
import { runDrift } from './drift.command.ts'
import { runDrill } from './drill.command.ts'
import { runHistory } from './history.command.ts'
import { runOperate } from './operate.command.ts'
import { runUndo } from './undo.command.ts'

/** Some change a host: they ask for a code before anything reaches it. Nobody is enrolled here. */
let folder: string
let said: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-undo-'))
  said = []
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
  writeFileSync(
    join(folder, 'fleet.yaml'),
    'version: 1\nname: dc1\njump: [{ name: jump, address: 192.0.2.9 }]\nidentities: { audit: { user: ro }, change: { user: rw } }\nhosts: [{ name: gpu-01, address: 192.0.2.1 }]\n',
  )
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const words = () => ['--fleet', join(folder, 'fleet.yaml'), '--data', folder]
const ledger = () => createLedger(folder, { now: () => Date.now() }, 'ada')
const actions = () =>
  ledger()
    .read()
    .records.map(({ action }) => action)
const codeOf = (run: Promise<number>) =>
  run.then(
    (status) => `ended with ${status}`,
    (error) => failureOf(error).code,
  )

test('a host without pushed files, or without an audit, is said to be so, and one that the fleet file does not name is refused', async () => {
  expect(await codeOf(runDrift(words()))).toBe('ended with 0')
  expect(said).toEqual(['This console has pushed no file there.\n'])
  expect(await codeOf(runDrift([...words(), '--host', 'gpu-1']))).toBe('fleet.no-host')
  const errors = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  expect(await codeOf(runOperate(['list', ...words(), '--host', 'gpu-01']))).toBe('ended with 2')
  expect(errors.mock.calls.flat()).toEqual(['gpu-01: no audit has looked at it yet\n'])
  expect(await codeOf(runOperate(['list', ...words(), '--host', 'gpu-1']))).toBe('fleet.no-host')
})

test('a drill without a code writes nothing anywhere', async () => {
  expect(await codeOf(runDrill([...words(), '--host', 'gpu-01']))).toBe('step-up.not-enrolled')
  expect(actions()).toEqual([])
})

test('a file that changed is not taken as it is without a code', async () => {
  expect(await codeOf(runDrift(['adopt', ...words(), '--host', 'gpu-01', '/etc/a.conf']))).toBe('step-up.not-enrolled')
  expect(actions()).toEqual([])
})

test('an open push is not ended without a code', async () => {
  ledger().append({ action: 'push.begin', host: 'gpu-01', subject: 'p1', detail: 'ollama-loopback' })
  expect(await codeOf(runUndo(words()))).toBe('step-up.not-enrolled')
  expect(actions()).toEqual(['push.begin'])
})

test('where nothing is open, nobody is asked', async () => {
  expect([await codeOf(runUndo(words())), said]).toEqual(['ended with 0', ['No push of this console is open.\n']])
})

test('for machines, what was ended is a list', async () => {
  expect([await codeOf(runUndo([...words(), '--json'])), said]).toEqual(['ended with 0', ['[]\n']])
})

test('the history names the ID that an undo asks for', async () => {
  ledger().append({ action: 'push.begin', host: 'gpu-01', subject: 'p1', detail: 'ollama-loopback' })
  ledger().append({ action: 'push.verdict', host: 'gpu-01', subject: 'p1', detail: 'committed-proven. /a: absent' })
  expect(await runHistory(['--data', folder])).toBe(0)
  expect(said.map((line) => line.split(' ').slice(8).join(' '))).toEqual([
    'push.begin p1 ollama-loopback\n',
    'push.verdict committed-proven. /a: absent\n',
  ])
})

test('of an open push the history says when its undo runs by itself, or since when it should have', async () => {
  ledger().append({ action: 'push.begin', host: 'gpu-01', subject: 'p1', detail: 'ollama-loopback' })
  const shown = async () => {
    said = []
    await runHistory(['--data', folder])
    return said.find((line) => line.startsWith('OPEN')) ?? ''
  }
  expect(await shown()).toContain('Its undo runs on the host; gatehouse undo --fleet FILE')
  const detail = (seconds: number) => `the undo runs by itself in ${seconds} s, and at the next start of the host`
  ledger().append({ action: 'push.arm', host: 'gpu-01', subject: 'p1', detail: detail(90) })
  const [armed] = ledger().read().records.slice(-1)
  const due = (seconds: number) => new Date(Date.parse(armed?.at ?? '') + seconds * 1000).toISOString().slice(0, 19)
  expect(await shown()).toContain(`by itself, at ${due(90)}Z or so;`)
  ledger().append({ action: 'push.extend', host: 'gpu-01', subject: 'p1', detail: 'by 30 s' })
  expect(await shown()).toContain(`by itself, at ${due(120)}Z or so;`)
  vi.spyOn(Date, 'now').mockReturnValue(Date.parse(armed?.at ?? '') + 121_000)
  expect(await shown()).toContain(`by itself, since ${due(120)}Z or so;`)
})
