import { Unreadable } from '../../readers/unreadable.ts'
import { op } from './opcodes.ts'
import type { OpcodeHandler, PickleRun } from './pickle-run.ts'
import { decodeAscii, decodeInteger, decodeQuoted, decodeRawUnicode, decodeUtf8 } from './pickle-text.ts'
import { other, type PickleValue, unknownText } from './pickle-value.ts'

/** No module or name that weights need is longer; a longer text is known to be a text, no more. */
const MAX_TEXT_BYTES = 100
export const MAX_LINE_BYTES = 16_384

/** A line that ends with its line feed. @throws {Unreadable} when it does not end, or not soon enough to be read. */
export async function readLine({ cursor }: PickleRun): Promise<Uint8Array> {
  const line = await cursor.line(MAX_LINE_BYTES)
  if (line === undefined) throw new Unreadable(`a line is longer than ${MAX_LINE_BYTES} bytes`, cursor.offset)
  if (!line.ended) throw new Unreadable('it ends in the middle of a line', cursor.offset)
  return line.bytes
}

const push =
  (value: PickleValue): OpcodeHandler =>
  ({ machine }) =>
    machine.push(value)

const number =
  (read: (run: PickleRun) => number): OpcodeHandler =>
  (run) =>
    run.machine.push({ kind: 'number', value: read(run) })

/** Bytes that are left where they are. */
const bytes =
  (length: (run: PickleRun) => number): OpcodeHandler =>
  (run) => {
    const count = length(run)
    const { cursor, machine } = run
    machine.push({ kind: 'bytes', offset: cursor.offset, length: count })
    cursor.skip(count)
  }

const text =
  (length: (run: PickleRun) => number, decode: (bytes: Uint8Array) => string | undefined): OpcodeHandler =>
  (run) => {
    const count = length(run)
    const { cursor, machine } = run
    const place = decode === decodeUtf8 ? { utf8: { offset: cursor.offset, length: count } } : {}
    if (count > MAX_TEXT_BYTES) {
      cursor.skip(count)
      return machine.push({ ...unknownText, ...place })
    }
    const take = () => machine.push({ kind: 'text', text: decode(cursor.bytes(count)), ...place })
    return cursor.ready >= count ? take() : cursor.need(count).then(take)
  }

const line =
  (value: (bytes: Uint8Array) => PickleValue): OpcodeHandler =>
  async (run) =>
    run.machine.push(value(await readLine(run)))

/** Arrays of numbers are texts by protocol 0, of any length. */
const textOfLine =
  (decode: (bytes: Uint8Array) => string | undefined): OpcodeHandler =>
  async ({ cursor, machine }) => {
    const found = await cursor.line(MAX_LINE_BYTES)
    const ended = found === undefined ? await cursor.skipLine() : found.ended
    if (!ended) throw new Unreadable('it ends in the middle of a line', cursor.offset)
    const short = found !== undefined && found.bytes.length <= MAX_TEXT_BYTES
    machine.push(short ? { kind: 'text', text: decode(found.bytes) } : unknownText)
  }

function integerOfLine(run: PickleRun, it: Uint8Array): PickleValue {
  const value = decodeInteger(it)
  if (value === undefined) run.events.broken('a number is none', run.at)
  return value === undefined ? other : { kind: 'number', value }
}

/** A length that is signed in the format: CPython refuses a negative one. */
function signedLength(run: PickleRun): number {
  const length = run.cursor.i32()
  if (length < 0) throw new Unreadable('a length is negative', run.at)
  return length
}

const u8 = ({ cursor }: PickleRun) => cursor.u8()
const u32 = ({ cursor }: PickleRun) => cursor.u32()
const u64 = ({ cursor }: PickleRun) => cursor.u64()

export const dataOpcodes: Readonly<Record<number, OpcodeHandler>> = {
  [op.NONE]: push({ kind: 'none' }),
  [op.NEWTRUE]: push({ kind: 'flag', value: true }),
  [op.NEWFALSE]: push({ kind: 'flag', value: false }),
  [op.BININT]: number(({ cursor }) => cursor.i32()),
  [op.BININT1]: number(u8),
  [op.BININT2]: number(({ cursor }) => cursor.u16()),
  [op.BINFLOAT]: number(({ cursor }) => {
    cursor.bytes(8)
    return Number.NaN
  }),
  [op.FLOAT]: line(() => ({ kind: 'number', value: Number.NaN })),
  [op.INT]: async (run) => {
    const it = await readLine(run)
    const word = decodeAscii(it)
    if (word === '00' || word === '01') return run.machine.push({ kind: 'flag', value: word === '01' })
    run.machine.push(integerOfLine(run, it))
  },
  [op.LONG]: async (run) => {
    const it = await readLine(run)
    run.machine.push(integerOfLine(run, it.at(-1) === 0x4c ? it.subarray(0, -1) : it))
  },
  [op.LONG1]: (run) => longOf(run, run.cursor.u8()),
  [op.LONG4]: (run) => longOf(run, signedLength(run)),

  [op.STRING]: textOfLine(decodeQuoted),
  [op.UNICODE]: textOfLine(decodeRawUnicode),
  [op.BINSTRING]: text(signedLength, decodeAscii),
  [op.SHORT_BINSTRING]: text(u8, decodeAscii),
  [op.BINUNICODE]: text(u32, decodeUtf8),
  [op.SHORT_BINUNICODE]: text(u8, decodeUtf8),
  [op.BINUNICODE8]: text(u64, decodeUtf8),

  [op.BINBYTES]: bytes(u32),
  [op.SHORT_BINBYTES]: bytes(u8),
  [op.BINBYTES8]: bytes(u64),
  // What it holds may be changed until it is used.
  [op.BYTEARRAY8]: (run) => {
    run.cursor.skip(u64(run))
    run.machine.push(other)
  },
}

/** Little-endian two's complement of any length. Only those of up to ten bytes are kept: PyTorch's magic number is that long. */
async function longOf({ cursor, machine }: PickleRun, length: number): Promise<void> {
  if (length > 10) {
    cursor.skip(length)
    return machine.push(other)
  }
  await cursor.need(length)
  const value = [...cursor.bytes(length)].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  machine.push({ kind: 'number', value: Number(BigInt.asIntN(Math.max(1, length * 8), value)) })
}
