import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameReader } from './framing.ts'

const NONCE = '0123456789abcdef0123456789abcdef'
const base64 = (text: string) => Buffer.from(text).toString('base64')
const line = (...words: (string | number)[]) => `${[NONCE, ...words].join(' ')}\n`
const hello = line('h', 'base64', 1000, 'timeout')
const read = (text: string | Buffer, caps = [100, 100]) => {
  const reader = new FrameReader(NONCE, caps)
  const events = reader.push(Buffer.from(text))
  return { reader, events }
}
const said = (reader: FrameReader, index: number) => Buffer.concat(reader.sections[index]?.stdout ?? []).toString()

test.each([
  ['- timeout -k 1', 'sudo'],
  ['/usr/lib/cargo/bin/sudo timeout -k 1', 'sudo-rs'],
  ['', 'sudo'],
])('which sudo: %s', (words, sudo) => expect(read(`${NONCE} h text 1000 ${words}\n`).reader.hello?.sudo).toBe(sudo))

test('a whole answer', () => {
  const { reader, events } = read(
    `motd\n${hello}${line(0, 'b')}${line(1, 'b')}${line(1, 'o', base64('one'))}${line(0, 'e', 'o~th~n')}${line(0, 'o', base64('ze'))}${line(0, 'o', base64('ro'))}${line(0, 's', 'w', 8, 3, 'r', 1, '10.50', '10.75')}${line(1, 's', 't', 4, '10.00', '-')}${line('z')}`,
  )
  expect(events.map(({ kind }) => kind)).toEqual(['hello', 'begun', 'begun', 'ended', 'ended', 'finished'])
  expect(reader.hello).toEqual({ encoding: 'base64', uid: 1000, sudo: 'sudo' })
  expect([said(reader, 0), said(reader, 1), reader.noiseBytes, reader.noise, reader.malformed]).toEqual(['zero', 'one', 4, 'motd', 0])
  expect(reader.sections[0]?.end).toEqual({
    truncated: false,
    encodedLength: 8,
    exitCode: 3,
    ran: 'root',
    candidate: 1,
    refused: [],
    allowed: [],
    durationMs: 250,
  })
  expect(reader.sections[1]?.end).toMatchObject({ truncated: true, ran: 'unknown', durationMs: null })
})

test('text is framed as it is, but for tildes and line ends', () => {
  const { reader } = read(
    Buffer.from(`${line('h', 'text', 0, 'x')}${line(0, 'b')}${line(0, 'o', ' a  b~t~n\u00ff')}${line(0, 'o', '~n')}`, 'latin1'),
  )
  expect(Buffer.concat(reader.sections[0]?.stdout ?? []).toString('latin1')).toBe(' a  b~\n\u00ff\n')
  expect(reader.sections[0]?.encodedLength).toBe(12)
})

test('a section whose framing broke on the host is incomplete, and no frame counts as lost', () => {
  const { reader } = read(`${line('h', 'text', 0, 'x')}${line(0, 'b')}${line(0, 'o', 'ab')}${line(0, 's', 't', '-')}`)
  expect(reader.sections[0]).toMatchObject({ incomplete: true, end: { truncated: true, encodedLength: null } })
  expect(reader.lost).toBe(0)
})

test('a shell that reads on after the last line, or instead of it, is over', () => {
  const { reader, events } = read(hello + line('z') + line('r'))
  expect([events.map(({ kind }) => kind), reader.finished, reader.over, reader.malformed]).toEqual([['hello', 'finished'], true, true, 0])
  expect(read(line('h', '', 0, 'x') + line('r')).reader).toMatchObject({ finished: false, over: true, malformed: 0 })
  expect(read(hello + line('r', 'x')).reader).toMatchObject({ over: false, malformed: 1 })
})

test('marks of gh_sudo stand before the end', () => {
  const { reader } = read(`${hello}${line(0, 'b')}${line(0, 's', 'w', 0, 'd2', 'r1', 'd2', 'm3', 126, 'a', '-', '-', '-')}`)
  expect(reader.sections[0]?.end).toMatchObject({ exitCode: 126, refused: [2], allowed: [1], durationMs: null })
})

describe('what is not a frame is counted and changes nothing', () => {
  test.each([
    ['before the greeting', line(0, 'b')],
    ['a second greeting', hello + hello],
    ['an unknown encoding', line('h', 'rot13', 0, 'x')],
    ['a section that is not there', hello + line(2, 'b')],
    ['a negative section', hello + line(-1, 'b')],
    ['output before the beginning', hello + line(0, 'o', base64('x'))],
    ['begun twice', hello + line(0, 'b') + line(0, 'b')],
    ['ended twice', hello + line(0, 'b') + line(0, 's', 'w', 0, 0, 'a', '-', '-', '-') + line(0, 's', 'w', 0, 1, 'a', '-', '-', '-')],
    ['output after the end', hello + line(0, 'b') + line(0, 's', 'w', 0, 0, 'a', '-', '-', '-') + line(0, 'o', base64('x'))],
    ['no base64', hello + line(0, 'b') + line(0, 'o', 'a b')],
    ['base64 cut short', hello + line(0, 'b') + line(0, 'o', 'abc')],
    ['a tilde that means nothing', line('h', 'text', 0, 'x') + line(0, 'b') + line(0, 'o', 'a~b')],
    ['a tilde cut off', line('h', 'text', 0, 'x') + line(0, 'b') + line(0, 'o', 'a~')],
    ['an exit code that is none', hello + line(0, 'b') + line(0, 's', 'w', 0, 'zero', 'a', '-', '-', '-')],
    ['a mark that is none', hello + line(0, 'b') + line(0, 's', 'w', 0, 0, 'x', '-', '-', '-')],
    ['a kind that is none', hello + line(0, 'b') + line(0, 'q', 'x')],
    ['control characters', hello + line(0, 'b') + line(0, 'o', '\u0007')],
    ['after the last line', hello + line('z') + line(0, 'b')],
  ])('%s', (_, text) => {
    const { reader } = read(text)
    expect(reader.malformed).toBe(1)
    expect(said(reader, 0)).toBe('')
    expect(reader.sections[0]?.end?.exitCode ?? 0).toBe(0)
  })

  test('a forged frame without the nonce is noise', () => {
    const { reader } = read(
      `${hello}${line(0, 'b')}${line(0, 's', 'w', 0, 0, 'r', 0, '-', '-').replace(NONCE, 'f'.repeat(32))} ${line(0, 'b')}`,
    )
    expect(reader.sections[0]?.end).toBeUndefined()
    expect([reader.malformed, reader.noiseBytes > 0]).toEqual([0, true])
  })
})

test('keeps no more than a section may say', () => {
  const { reader } = read(`${hello}${line(0, 'b')}${line(0, 'o', base64('a'.repeat(60)))}${line(0, 'o', base64('b'.repeat(60)))}`)
  expect(said(reader, 0)).toBe('a'.repeat(60) + 'b'.repeat(40))
  expect(reader.sections[0]?.incomplete).toBe(true)
})

test('a frame that was lost is noticed', () => {
  const { reader } = read(`${hello}${line(0, 'b')}${line(0, 'o', base64('abc'))}${line(0, 's', 'w', 8, 0, 'a', '-', '-', '-')}`)
  expect([reader.lost, reader.sections[0]?.incomplete]).toEqual([1, true])
})

test('a line without end is not kept, and what follows it is read', () => {
  const reader = new FrameReader(NONCE, [100])
  for (let i = 0; i < 1000; i++) reader.push(Buffer.alloc(10_000, 0x61))
  reader.push(Buffer.from(`\n${hello}`))
  expect(reader.noiseBytes).toBe(10_000_000)
  expect(reader.hello?.uid).toBe(1000)
})

test('od output is read as hexadecimal', () => {
  const { reader } = read(`${line('h', 'od', 0, 'x')}${line(0, 'b')}${line(0, 'o', Buffer.from('hé\0').toString('hex'))}`)
  expect(said(reader, 0)).toBe('hé\0')
})

test('any bytes in any pieces: never throws, and pieces do not matter', () => {
  const frame = fc.oneof(
    fc.constantFrom(
      hello,
      line(0, 'b'),
      line(1, 'b'),
      line(0, 'o', base64('abc')),
      line(1, 'o', base64('xyz')),
      line(1, 's', 'w', 0, 0, 'a', '-', '-', '-'),
      line('z'),
      line('r'),
    ),
    fc.string().map((text) => `${NONCE} ${text}\n`),
    fc.string(),
  )
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          frame.map((text) => Buffer.from(text)),
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        ),
      ),
      fc.array(fc.nat(40)),
      (parts, cuts) => {
        const bytes = Buffer.concat(parts)
        const whole = read(bytes)
        const reader = new FrameReader(NONCE, [100, 100])
        const events = []
        let rest = bytes
        for (const cut of cuts) {
          events.push(...reader.push(rest.subarray(0, cut)))
          rest = rest.subarray(cut)
        }
        events.push(...reader.push(rest))
        expect(events).toEqual(whole.events)
        expect(reader.sections).toEqual(whole.reader.sections)
        expect([reader.malformed, reader.noiseBytes]).toEqual([whole.reader.malformed, whole.reader.noiseBytes])
      },
    ),
  )
})
