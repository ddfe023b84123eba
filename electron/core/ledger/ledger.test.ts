import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openConsoleKey, publicKeyOf } from '../signing/console-key.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { EMPTY_HEAD, readLedger } from './read-ledger.ts'
import { type LedgerEntry, type LedgerRecord, sealed } from './record.ts'

let folder: string
let ledger: Ledger
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-ledger-'))
  ledger = createLedger(folder, { now: () => Date.UTC(2026, 10, 26) }, 'ada')
})
afterEach(() => rmSync(folder, { recursive: true }))

const entry = (detail: string): LedgerEntry => ({ action: 'push.stage', host: 'gpu-01', subject: 'p1', detail })
const text = () => readFileSync(ledger.path, 'utf8')

test('an empty ledger is whole, and so is one with records', () => {
  expect(ledger.read()).toEqual({ records: [], head: EMPTY_HEAD })
  ledger.append({ ...entry('a line\nbreak'), digests: { plan: 'a'.repeat(64) } })
  const second = ledger.append(entry('b'))
  expect(ledger.read()).toMatchObject({
    records: [{ seq: 1, who: 'ada', detail: 'a line\nbreak' }, { seq: 2 }],
    head: { hash: second.hash },
  })
  expect(text().split('\n')).toHaveLength(3)
})

test('another program goes on with the same chain', () => {
  ledger.append(entry('a'))
  createLedger(folder, { now: () => 0 }, 'bob').append(entry('b'))
  expect(ledger.read().records.map(({ who }) => who)).toEqual(['ada', 'bob'])
  expect(ledger.read().broken).toBeUndefined()
})

test('a lock of a process that is gone is no hindrance', () => {
  writeFileSync(join(folder, 'ledger.lock'), '4194304')
  expect(ledger.append(entry('a')).seq).toBe(1)
})

const at = (name: string) => join(folder, name)

test('a crash between the record and the head is no break, nor is one before the record', () => {
  ledger.append(entry('a'))
  const [head, records] = [readFileSync(at('ledger.head')), text()]
  ledger.append(entry('b'))
  copyFileSync(at('ledger.head'), at('ledger.head.next'))
  writeFileSync(at('ledger.head'), head)
  expect(ledger.read().broken).toBeUndefined()
  writeFileSync(ledger.path, records)
  expect(ledger.read()).toMatchObject({ records: [{ seq: 1 }], signedBy: openConsoleKey(folder).keyId })
  expect(ledger.append(entry('c')).seq).toBe(2)
  expect(ledger.read().broken).toBeUndefined()
})

/** Another console, which dies or fails: files may not grow beyond so many bytes. */
const appendWithin = (bytes: number, detail: string) => {
  const { status } = spawnSync('prlimit', [
    `--fsize=${bytes}`,
    ...[process.execPath, '--input-type=module', '--eval'],
    `import { createLedger } from '${import.meta.resolve('./ledger.ts')}'
    createLedger('${folder}', { now: () => 0 }, 'ada').append(${JSON.stringify(entry(detail))})`,
  ])
  expect(status).not.toBe(0)
}

test('a second crash, between the next head and its record, is no break either', () => {
  ledger.append(entry('a'))
  const head = readFileSync(at('ledger.head'))
  ledger.append(entry('b'))
  copyFileSync(at('ledger.head'), at('ledger.head.next'))
  writeFileSync(at('ledger.head'), head)
  appendWithin(text().length, 'c')
  expect(ledger.read()).toMatchObject({ records: [{ detail: 'a' }, { detail: 'b' }], signedBy: openConsoleKey(folder).keyId })
  expect(ledger.append(entry('d')).seq).toBe(3)
})

test('a record that no longer fits on the disk is no record, and the next one says so', () => {
  for (const detail of ['a', 'b']) ledger.append(entry(detail))
  const before = text()
  appendWithin(before.length + 100, 'c')
  expect(text()).toHaveLength(before.length + 100)
  expect(ledger.read()).toMatchObject({ records: [{ detail: 'a' }, { detail: 'b' }], signedBy: openConsoleKey(folder).keyId })
  expect(ledger.append(entry('d')).seq).toBe(4)
  expect(ledger.read()).toMatchObject({
    records: [{}, {}, { action: 'ledger.unfinished', detail: expect.stringMatching(/^100 /) }, { detail: 'd' }],
  })
  // Only what comes after the signed records may be unfinished, and only while a next one is signed.
  writeFileSync(ledger.path, text().slice(0, -1))
  expect(ledger.read().broken).toMatchObject({ reason: 'ends in the middle' })
})

test('what another program writes meanwhile is no break', async () => {
  ledger.append(entry('a'))
  const [head, records] = [readFileSync(at('ledger.head')), text()]
  for (const detail of ['b', 'c']) ledger.append(entry(detail))
  for (const name of ['ledger.head', 'ledger.jsonl']) copyFileSync(at(name), at(`${name}.later`))
  writeFileSync(at('ledger.head'), head)
  rmSync(ledger.path)
  // Whoever reads has the first head by then, and is given three records.
  const script = `mkfifo ledger.jsonl && echo && exec 3>ledger.jsonl && cat ledger.jsonl.later >&3 && mv ledger.head.later ledger.head && mv ledger.jsonl.later ledger.jsonl`
  const writer = spawn('sh', ['-c', script], { cwd: folder })
  await once(writer.stdout, 'data')
  expect(ledger.read()).toMatchObject({ records: [{}, {}, {}], signedBy: openConsoleKey(folder).keyId })
  expect(text().startsWith(records)).toBe(true)
  if (writer.exitCode === null) await once(writer, 'close')
})

test('a crash in the middle of the very first record is no break', () => {
  ledger.append(entry('a'))
  copyFileSync(at('ledger.head'), at('ledger.head.next'))
  rmSync(at('ledger.head'))
  expect(ledger.read().broken).toBeUndefined()
})

describe('who could write to the folder, but has not the key', () => {
  beforeEach(() => {
    for (const detail of ['first', 'second']) ledger.append(entry(detail))
  })
  const forged = () => {
    const { records, head } = ledger.read()
    return `${sealed({ ...(records[1] as LedgerRecord), seq: 3, who: 'eve', previous: head.hash })}\n`
  }

  test('adds no record', () => {
    appendFileSync(ledger.path, forged())
    expect(ledger.read()).toMatchObject({ records: [{ seq: 1 }, { seq: 2 }], broken: { line: 3 } })
    expect(() => ledger.append(entry('more'))).toThrow(/no signed head/)
  })

  test('changes no record, though its hash is made anew and the head still fits the last one', () => {
    const records = [...ledger.read().records]
    const lines = records.map((record, index) => sealed(index === 0 ? { ...record, detail: 'something else' } : record))
    writeFileSync(ledger.path, `${lines.join('\n')}\n`)
    expect(ledger.read()).toMatchObject({ broken: { line: 2, reason: 'does not follow from the record before it' } })
  })

  test('puts no other record in the place of one whose head was signed and which was not written', () => {
    const [head, before] = [readFileSync(at('ledger.head')), text()]
    ledger.append(entry('third'))
    copyFileSync(at('ledger.head'), at('ledger.head.next'))
    writeFileSync(at('ledger.head'), head)
    const [, , third] = ledger.read().records
    writeFileSync(ledger.path, `${before}${sealed({ ...(third as LedgerRecord), detail: 'not the third' })}\n`)
    expect(ledger.read()).toMatchObject({ records: [{ seq: 1 }, { seq: 2 }], broken: { line: 3 } })
  })

  test('signs no head', () => {
    const line = forged()
    appendFileSync(ledger.path, line)
    const { key, ...head } = JSON.parse(readFileSync(at('ledger.head'), 'utf8').split('\n')[0] ?? '')
    const [, signature] = readFileSync(at('ledger.head'), 'utf8').split('\n')
    for (const name of ['ledger.head', 'ledger.head.next'])
      writeFileSync(at(name), `${JSON.stringify({ ...head, seq: 3, hash: JSON.parse(line).hash, key })}\n${signature}\n`)
    expect(ledger.read().broken?.reason).toContain('signature is wrong')
  })

  test('makes no other key pass for the one that is kept elsewhere', () => {
    const kept = openConsoleKey(folder)
    const other = mkdtempSync(join(tmpdir(), 'gatehouse-other-'))
    createLedger(other, { now: () => 0 }, 'eve').append(entry('a'))
    const pinned = publicKeyOf(kept.publicKeyPem, 'kept.pem')
    expect(createLedger(folder, { now: () => 0 }, 'ada', pinned).read().signedBy).toBe(kept.keyId)
    expect(createLedger(other, { now: () => 0 }, 'ada', pinned).read().broken?.reason).toContain(`not by ${kept.keyId}`)
    rmSync(other, { recursive: true })
  })
})

test('a number that is left out is a break, though each record follows from the one before it', () => {
  const first = ledger.append(entry('first'))
  const third = sealed({ ...first, seq: 3, previous: first.hash })
  const reading = readLedger(`${sealed(first)}\n${third}\n`, EMPTY_HEAD)
  expect(reading).toMatchObject({ records: [{ seq: 1 }], broken: { line: 2, reason: 'has number 3; expected 2' } })
})

describe('by hand, with the commands of the README', () => {
  const script = /```sh\n([\s\S]*?)```/.exec(readFileSync(new URL('./README.md', import.meta.url), 'utf8'))?.[1] ?? 'exit 9'
  const check = () => spawnSync('/bin/sh', ['-e'], { cwd: folder, input: script, encoding: 'utf8' })

  test('a whole ledger is said to be', () => {
    for (const detail of ['first', "it's a \\ and a line\nbreak", 'third']) ledger.append(entry(detail))
    expect(check()).toMatchObject({ status: 0, stdout: expect.stringMatching(/Signature Verified Successfully\n3 records, whole/) })
  })

  test.each([
    ['a word was changed', () => writeFileSync(ledger.path, text().replace('second', 'zweite'))],
    ['the last is gone', () => writeFileSync(ledger.path, `${text().split('\n').slice(0, 2).join('\n')}\n`)],
    ['one in the middle is gone', () => writeFileSync(ledger.path, text().split('\n').toSpliced(1, 1).join('\n'))],
    ['the head is another', () => writeFileSync(at('ledger.head'), readFileSync(at('ledger.head'), 'utf8').replace('"seq":3', '"seq":2'))],
  ])('%s: it is not', (_, harm) => {
    for (const detail of ['first', 'second', 'third']) ledger.append(entry(detail))
    harm()
    const { status, stdout } = check()
    expect([status === 0, stdout.includes('whole')]).toEqual([false, false])
  })
})

describe('what is broken is said, and nothing is written to it', () => {
  const cases: readonly [string, () => void, number][] = [
    ['the last record is gone', () => writeFileSync(ledger.path, `${text().split('\n').slice(0, 2).join('\n')}\n`), 3],
    ['all is gone', () => rmSync(ledger.path), 1],
    ['the head is gone', () => rmSync(join(folder, 'ledger.head')), 3],
    ['the head is no head', () => writeFileSync(join(folder, 'ledger.head'), 'x'), 3],
    ['the head is not signed', () => writeFileSync(at('ledger.head'), readFileSync(at('ledger.head'), 'utf8').split('\n')[0] ?? ''), 3],
    ['the public key is gone', () => rmSync(at('console-key.pub.pem')), 3],
    ['a line that was not finished', () => appendFileSync(ledger.path, '{"seq":4'), 4],
    ['a word was changed', () => writeFileSync(ledger.path, text().replace('"second"', '"zweite"')), 2],
    ['records written anew', () => writeFileSync(ledger.path, rewritten()), 3],
  ]
  const rewritten = () => {
    const records = ledger.read().records
    let previous = EMPTY_HEAD.hash
    return records
      .map((record) => {
        const line = sealed({ ...record, who: 'eve', previous })
        previous = JSON.parse(line).hash
        return `${line}\n`
      })
      .join('')
  }
  test.each(cases)('%s', (_, harm, line) => {
    for (const detail of ['first', 'second', 'third']) ledger.append(entry(detail))
    harm()
    const before = ledger.read()
    expect(before.broken?.line).toBe(line)
    expect(() => ledger.append(entry('more'))).toThrow(/record/)
    expect(ledger.read()).toEqual(before)
  })
})

describe('any harm is found', () => {
  const chain = (details: readonly string[]) => {
    let last = EMPTY_HEAD
    const lines = details.map((detail) => {
      const base = { seq: last.seq + 1, at: '2026-11-26T00:00:00.000Z', who: 'ada', ...entry(detail), digests: {}, previous: last.hash }
      const line = sealed(base)
      last = { seq: base.seq, hash: JSON.parse(line).hash }
      return line
    })
    return { lines, head: last }
  }
  const joined = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('')
  const details = fc.array(fc.string({ maxLength: 30 }), { minLength: 1, maxLength: 6 })

  test('a changed character', () => {
    fc.assert(
      fc.property(details, fc.nat(), fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme-ascii' }), (words, at, character) => {
        const { lines, head } = chain(words)
        const whole = joined(lines)
        const place = at % whole.length
        fc.pre(whole[place] !== character)
        expect(readLedger(whole, head).broken).toBeUndefined()
        expect(readLedger(whole.slice(0, place) + character + whole.slice(place + 1), head).broken).toBeDefined()
      }),
    )
  })

  test('text that is cut off anywhere', () => {
    fc.assert(
      fc.property(details, fc.nat(), (words, at) => {
        const { lines, head } = chain(words)
        const whole = joined(lines)
        expect(readLedger(whole.slice(0, at % whole.length), head).broken).toBeDefined()
      }),
    )
  })

  test('records removed, doubled or in another order', () => {
    fc.assert(
      fc.property(details, fc.array(fc.nat(5), { maxLength: 7 }), (words, order) => {
        const { lines, head } = chain(words)
        const other = order.flatMap((index) => lines[index] ?? [])
        fc.pre(other.join() !== lines.join())
        expect(readLedger(joined(other), head).broken).toBeDefined()
      }),
    )
  })

  test('any text at all is read without throwing', () => {
    fc.assert(fc.property(fc.string(), (any) => void readLedger(any, EMPTY_HEAD)))
  })
})
