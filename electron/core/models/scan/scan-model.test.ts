import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import { type ByteSource, bytesSource } from '../byte-source.ts'
import { scanModel } from './scan-model.ts'

const TERABYTE = 2 ** 40

/** A file of which only the beginning is there; whoever reads beyond it gets zeros, and is counted. */
function vast(path: string, head: Uint8Array, size: number): ByteSource & { readonly asked: () => number } {
  let asked = 0
  return {
    path,
    size,
    asked: () => asked,
    async read(offset, length) {
      const count = Math.max(0, Math.min(length, size - offset))
      asked += count
      const out = new Uint8Array(count)
      out.set(head.subarray(Math.min(offset, head.length), Math.min(offset + count, head.length)))
      return out
    },
  }
}

const u64 = (value: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const u32 = (value: number) => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

describe('tensors are never read', () => {
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'U8', shape: [TERABYTE], data_offsets: [0, TERABYTE] } }))
  const npyHeader = Buffer.from(`{'descr': '|u1', 'fortran_order': False, 'shape': (${TERABYTE},), }\n`)
  const gguf = Buffer.concat([
    Buffer.from('GGUF'),
    u32(3),
    u64(1),
    u64(0),
    u64(1),
    Buffer.from('w'),
    u32(1),
    u64(TERABYTE),
    u32(24),
    u64(0),
  ])
  const pickle = Buffer.concat([Buffer.from([0x80, 4, 0x8e]), u64(TERABYTE)])
  test.each([
    ['safetensors', Buffer.concat([u64(header.length), header]), 8 + header.length + TERABYTE, 'cleared'],
    [
      'npy',
      Buffer.concat([Buffer.from('\x93NUMPY\x01\0', 'latin1'), Buffer.from([npyHeader.length, 0]), npyHeader]),
      10 + npyHeader.length + TERABYTE,
      'cleared',
    ],
    ['gguf', gguf, Math.ceil(gguf.length / 32) * 32 + TERABYTE, 'cleared'],
    // The byte behind is no STOP: broken, and still not read.
    ['pickle', pickle, pickle.length + TERABYTE + 10, 'not-cleared'],
  ] as const)('%s of a terabyte', async (format, head, size, outcome) => {
    const source = vast('model.bin', head, size)
    const report = await scanModel(source)
    expect([report.format, report.outcome], JSON.stringify(report.gaps)).toEqual([format, outcome])
    expect(source.asked()).toBeLessThan(512 * 1_024)
  })
})

describe('what is no fact of the file goes up', () => {
  const lost = new GatehouseError({ code: 'ssh.connection-lost', detail: 'gone' })
  const dying = (path: string, bytes: Uint8Array, reads: number): ByteSource => {
    const whole = bytesSource(path, bytes)
    let left = reads
    return { ...whole, read: (offset, length) => (left-- > 0 ? whole.read(offset, length) : Promise.reject(lost)) }
  }
  const zip = (content: Buffer) => {
    const packed = deflateRawSync(content)
    const shared = [u32(packed.length), u32(content.length), Buffer.from([5, 0, 0, 0])]
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0', 'latin1'),
      ...shared,
      Buffer.from('a.txt'),
      packed,
    ])
    const central = Buffer.concat([
      Buffer.from('PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0', 'latin1'),
      ...shared,
      Buffer.alloc(14),
      Buffer.from('a.txt'),
    ])
    return Buffer.concat([
      local,
      central,
      Buffer.from('PK\x05\x06\0\0\0\0\x01\0\x01\0', 'latin1'),
      u32(central.length),
      u32(local.length),
      Buffer.alloc(2),
    ])
  }

  test('a connection that is lost at any read', async () => {
    const file = zip(Buffer.from('text '.repeat(100)))
    const { gaps } = await scanModel(bytesSource('a.zip', file))
    expect(gaps).toEqual([])
    for (let reads = 0; reads < 4; reads += 1) await expect(scanModel(dying('a.zip', file, reads)), `${reads} reads`).rejects.toBe(lost)
  })

  test('an end that was asked for', async () => {
    await expect(scanModel(bytesSource('a.txt', Buffer.from('text')), { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
  })
})

test('text of a file is made harmless and cut before people see it', async () => {
  const name = `evil\u001b[31m\u202e${'x'.repeat(5_000)}`
  const bytes = Buffer.concat([Buffer.from('c', 'latin1'), Buffer.from(`os\n${name}\n.`)])
  const { findings } = await scanModel(bytesSource('a.pkl', Buffer.concat([Buffer.from([0x80, 2]), bytes])))
  expect(findings[0]?.detail.length).toBeLessThan(310)
  for (const hidden of ['\u001b', '\u202e']) expect(findings[0]?.detail).not.toContain(hidden)
})

test.each([
  ['cloudpickle.cloudpickle', '_make_function', 'A pickle brings code of its own'],
  ['cloudpickle.cloudpickle', 'subimport', 'A pickle imports what can run any code'],
  ['types', 'CodeType', 'A pickle brings code of its own'],
  ['os', 'system', 'A pickle imports what can run any code'],
])('%s.%s: it is said whether the file has the code', async (module, name, title) => {
  const { outcome, findings } = await scanModel(bytesSource('m.pkl', Buffer.from(`c${module}\n${name}\n.`)))
  expect([outcome, findings.map((it) => it.title)]).toEqual(['dangerous', [title]])
})
