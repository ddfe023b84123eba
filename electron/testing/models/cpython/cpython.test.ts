import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesSource } from '#core/models/byte-source.ts'
import { interpretPickle } from '#core/models/scan/pickle/interpret-pickle.ts'
import type { PickleEvents } from '#core/models/scan/pickle/pickle-run.ts'
import { joined, u8, u16, u32, u64, utf8 } from '../bytes.ts'

/**
 * Random pickles, whole and broken, before CPython and before our interpreter. Whatever `find_class` of the C unpickler or of the Python one
 * is asked for must be among the imports that we report; and what CPython loads to the end, we follow to the end.
 */
const script = fileURLToPath(new URL('find-class.py', import.meta.url))
const python = ['/usr/bin/python3', 'python3'].find((one) => spawnSync(one, ['--version']).status === 0)
const RUNS = 8_000

const word = fc.constantFrom('os', 'system', 'a.b', 'é', 'x', "q'\\x41", '')
const index = fc.nat(3)
const counted = (code: number, prefix: (length: number) => Uint8Array) =>
  word.map((it) => joined(u8(code), prefix(utf8(it).length), utf8(it)))
const line = (code: string, text: fc.Arbitrary<string>) => text.map((it) => joined(code, utf8(it), '\n'))
const plain = fc.constantFrom(
  ...[...'(.012NRQabdeo]}lst)u'].map((it) => it.charCodeAt(0)),
  0x81,
  0x85,
  0x86,
  0x87,
  0x88,
  0x89,
  0x8f,
  0x90,
  0x91,
  0x92,
  0x93,
  0x94,
  0x98,
)
/** Often what leads to an import, so that streams get far. */
const names = fc.tuple(counted(0x8c, u8), counted(0x58, u32)).map(([module, name]) => joined(module, name, u8(0x93)))

const opcode: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 8, arbitrary: plain.map((it) => u8(it)) },
  { weight: 6, arbitrary: counted(0x8c, u8) },
  { weight: 3, arbitrary: names },
  counted(0x58, u32),
  counted(0x8d, u64),
  counted(0x55, u8),
  counted(0x54, u32),
  counted(0x43, u8),
  counted(0x8e, u64),
  counted(0x96, u64),
  { weight: 3, arbitrary: index.map((it) => u8(0x68, it)) },
  { weight: 3, arbitrary: index.map((it) => u8(0x71, it)) },
  index.map((it) => joined('j', u32(it))),
  index.map((it) => joined('r', u32(it))),
  line('g', fc.constantFrom('0', '1', ' 2 ', '0x1', '-1', '1_0')),
  line('p', fc.constantFrom('0', '1', ' 2 ', '-1')),
  line('S', fc.constantFrom("'os'", '"sys\\x74em"', "'\\157s'", "'a", 'os', "'é'", " 'os' ")),
  line('V', fc.constantFrom('os', '\\u006fs', '\\\\u006fs', 'é', '\\U0000006fs', '\\ud800')),
  line('I', fc.constantFrom('1', '01', '00', '0x1', 'a', '')),
  line('L', fc.constantFrom('1L', '1', 'L')),
  line('F', fc.constantFrom('1.5', 'nan')),
  line('P', word),
  fc.tuple(word, word).map(([module, name]) => joined('c', utf8(module), '\n', utf8(name), '\n')),
  fc.tuple(word, word).map(([module, name]) => joined('i', utf8(module), '\n', utf8(name), '\n')),
  fc.nat(7).map((it) => u8(0x80, it)),
  fc.nat(255).map((it) => u8(0x4b, it)),
  fc.nat(65_535).map((it) => joined('M', u16(it))),
  fc.nat(40).map((it) => joined(u8(0x95), u64(it))),
  fc.constant(joined('G', u64(0))),
  fc.constant(joined(u8(0x8a, 2), u16(700))),
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
)
const stream = fc
  .tuple(fc.array(opcode, { minLength: 1, maxLength: 30 }), fc.constantFrom('.', '', '.x'))
  .map(([opcodes, end]) => joined(...opcodes, end))

interface Seen {
  readonly found: readonly (readonly [string, string])[]
  readonly ended: boolean
}

async function ours(bytes: Uint8Array) {
  const imports: { module: string | undefined; name: string | undefined }[] = []
  let broken = false
  const ignore = () => undefined
  const events: PickleEvents = {
    imported: ({ module, name }) => void imports.push({ module, name }),
    called: ignore,
    alteredImport: ignore,
    overMemory: ignore,
    manyMembers: ignore,
    built: ignore,
    forgotten: ignore,
    passedOn: ignore,
    extension: ignore,
    persistentId: ignore,
    outOfBandBuffer: ignore,
    // Reported as dangerous whatever comes: it stands for any import.
    frameOverrun: () => void imports.push({ module: undefined, name: undefined }),
    broken() {
      broken = true
    },
  }
  const { end } = await interpretPickle(bytesSource('stream', bytes), events, { start: 0 })
  return { imports, end, broken }
}

test.skipIf(python === undefined)(
  'imports what CPython would import, and never less',
  async () => {
    const streams = fc.sample(stream, RUNS)
    const input = streams.map((it) => Buffer.from(it).toString('hex')).join('\n')
    const { stdout, status, stderr } = spawnSync(python ?? '', [script], {
      input: `${input}\n`,
      maxBuffer: 256 * 1_048_576,
      encoding: 'utf8',
    })
    expect(status, stderr).toBe(0)
    const rows = stdout
      .trim()
      .split('\n')
      .map((row): readonly Seen[] => JSON.parse(row))
    expect(rows.length).toBe(streams.length)
    let [found, ended] = [0, 0]
    for (const [at, row] of rows.entries()) {
      const bytes = streams[at] ?? new Uint8Array()
      const { imports, end, broken } = await ours(bytes)
      const covers = (module: string, name: string) => imports.some((it) => (it.module ?? module) === module && (it.name ?? name) === name)
      for (const seen of row) {
        const missed = seen.found.filter(([module, name]) => !covers(module, name))
        expect(missed, Buffer.from(bytes).toString('hex')).toEqual([])
        found += seen.found.length
        if (seen.ended) ended += 1
      }
      if (row.every((seen) => seen.ended)) expect([end !== undefined, broken], Buffer.from(bytes).toString('hex')).toEqual([true, false])
    }
    // The streams must get somewhere, else this proves nothing.
    expect(found).toBeGreaterThan(RUNS / 4)
    expect(ended).toBeGreaterThan(RUNS / 50)
  },
  120_000,
)
