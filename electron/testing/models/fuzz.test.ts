import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesSource } from '#core/models/byte-source.ts'
import { scanModel } from '#core/models/scan/scan-model.ts'
import { scanReportSchema } from '#shared/model/scan-report.ts'
import { benign } from './benign/benign.ts'
import { u8 } from './bytes.ts'
import { malicious } from './malicious/malicious.ts'

/** A short, fixed budget: what it finds is bounded by the bytes that are asked for, never by a clock. */
const RUNS = 1_500
/** A tenth of what one scan may read: no small file may make a scan read itself again and again. */
const READ_LIMIT = 24 * 1_048_576

const seeds = [...benign, ...malicious].filter(({ bytes }) => bytes.length > 0 && bytes.length < 40_000)
const numbers = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)
const change = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('set', 'cut', 'insert', 'drop', 'large', 'copy'),
  value: fc.oneof(numbers, fc.nat(255)),
  length: fc.nat(64),
})

function changed(bytes: Uint8Array, changes: readonly { at: number; kind: string; value: number; length: number }[]): Uint8Array {
  let out = Buffer.from(bytes)
  for (const { at, kind, value, length } of changes) {
    const position = at % Math.max(1, out.length)
    const [before, after] = [out.subarray(0, position), out.subarray(position)]
    if (kind === 'set') out = Buffer.concat([before, u8(value), after.subarray(1)])
    else if (kind === 'cut') out = Buffer.from(before)
    else if (kind === 'insert') out = Buffer.concat([before, u8(value), after])
    else if (kind === 'drop') out = Buffer.concat([before, after.subarray(length)])
    else if (kind === 'large') out = Buffer.concat([before, Buffer.alloc(8, 0xff), after.subarray(8)])
    else out = Buffer.concat([before, after.subarray(0, length), after])
  }
  return new Uint8Array(out)
}

async function scanned(bytes: Uint8Array, fileName: string) {
  let asked = 0
  const whole = bytesSource(fileName, bytes)
  const source = {
    ...whole,
    read: (offset: number, length: number) => {
      asked += Math.min(length, Math.max(0, bytes.length - offset))
      expect(Number.isSafeInteger(offset) && offset >= 0 && length >= 0, `read ${length} at ${offset}`).toBe(true)
      return whole.read(offset, length)
    },
  }
  const report = await scanModel(source)
  return { report, asked }
}

describe('whatever the bytes are', () => {
  test('a scan ends with a report, in bounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 }), async ({ bytes, fileName }, changes) => {
        const { report, asked } = await scanned(changed(bytes, changes), fileName ?? 'model.bin')
        expect(scanReportSchema.safeParse(report).success).toBe(true)
        expect(asked).toBeLessThan(READ_LIMIT)
        // An error that no reader foresaw would stand here as its message.
        for (const { reason } of report.gaps)
          expect(reason).not.toMatch(/undefined|not a function|Cannot read|RangeError|out of bounds|Invalid array|BigInt/)
      }),
      { numRuns: RUNS },
    )
  }, 120_000)

  test('random bytes are never cleared as a model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const { report } = await scanned(bytes, 'model.bin')
        if (report.outcome === 'cleared') expect(['pickle', 'json', 'sentencepiece']).toContain(report.format)
      }),
      { numRuns: RUNS },
    )
  }, 60_000)
})

describe('cut anywhere', () => {
  // Not measured: the raw storages behind a legacy PyTorch file. Of a vocabulary in GGUF only padding can be missing.
  const open = new Set(['torch-tensor-legacy-protocol0.pt', 'vocabulary.gguf'])
  const whole = benign.filter(
    ({ fileName, bytes }) =>
      bytes.length < 4_000 && !open.has(fileName ?? '') && /\.(?:pt|pkl|npy|npz|safetensors|gguf|onnx|h5|joblib)$/.test(fileName ?? ''),
  )
  test.each(whole)('$name is not cleared', async ({ bytes, fileName }) => {
    for (let length = 1; length < bytes.length; length += Math.max(1, Math.floor(bytes.length / 40))) {
      const { report } = await scanned(bytes.subarray(0, length), fileName ?? 'model.bin')
      expect([length, report.outcome]).not.toEqual([length, 'cleared'])
    }
  })
})
