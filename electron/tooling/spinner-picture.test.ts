import { readFileSync } from 'node:fs'
import { crc32, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { framesOfSpinner, sideOfSpinner, spinnerPng, spinnerRows } from './spinner-picture.ts'

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const end = at + 8 + png.readUInt32BE(at)
    expect(png.readUInt32BE(end)).toBe(crc32(png.subarray(at + 4, end)))
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, end) })
  }
  return chunks
}

const rowsOf = (png: Buffer): Buffer[] =>
  chunksOf(png).flatMap(({ type, data }) =>
    type === 'IDAT' ? [inflateSync(data)] : type === 'fdAT' ? [inflateSync(data.subarray(4))] : [],
  )

const kept = (name: string): Buffer => readFileSync(new URL(`../../renderer/styles/${name}`, import.meta.url))

// Compressed bytes may differ from one zlib to the next: what is compared is the picture.
test.each([
  ['spinner.png', framesOfSpinner],
  ['spinner-still.png', 1],
])('%s is what the program draws', (name, frames) => {
  const rows = rowsOf(kept(name))
  expect(rows).toHaveLength(frames)
  for (const [frame, drawn] of rows.entries()) expect(drawn.equals(spinnerRows(frame))).toBe(true)
  expect(chunksOf(kept(name)).map(({ type }) => type)).toEqual(chunksOf(spinnerPng(frames)).map(({ type }) => type))
})

test('frames and their data are numbered without a gap', () => {
  const numbers = chunksOf(spinnerPng(framesOfSpinner)).flatMap(({ type, data }) =>
    type === 'fcTL' || type === 'fdAT' ? [data.readUInt32BE(0)] : [],
  )
  expect(numbers).toEqual(numbers.map((_, index) => index))
})

test('the line goes three quarters and a bit of the circle, and turns', () => {
  const alpha = (frame: number, x: number, y: number) => spinnerRows(frame)[y * (1 + 2 * sideOfSpinner) + 2 + 2 * x]
  const [middle, edge, top] = [sideOfSpinner / 2, sideOfSpinner - 6, 5]
  expect(alpha(0, middle, middle)).toBe(0)
  expect(alpha(0, edge, middle)).toBe(255)
  expect(alpha(0, middle, top)).toBe(255)
  // The gap of the first frame lies up and to the right; a quarter of a turn later down and to the right.
  const [right, low] = [Math.round(middle + 15 * Math.SQRT1_2 * 1.05), Math.round(middle - 15 * Math.SQRT1_2 * 1.05)]
  expect(alpha(0, right, low)).toBe(0)
  expect(alpha(3, right, low)).toBe(255)
  expect(alpha(3, right, right)).toBe(0)
})
