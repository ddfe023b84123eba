import { crc32, deflateSync } from 'node:zlib'

/** Of one frame, in pixels: three for each of the 14 that it takes on screen. */
export const sideOfSpinner = 42
export const framesOfSpinner = 12
const frameMs = 100
const samples = 4
const wholeTurn = 2 * Math.PI

/** lucide's loader-circle: in a box of 24 a circle of radius 9 and width 2, of which 288 degrees are drawn, with round ends. */
const [box, radius, halfWidth, arc] = [24, 9, 1, (288 / 360) * wholeTurn]

/** Rows of the picture after `frame` twelfths of a turn, each after PNG's filter byte 0: per pixel black, and how much of it the line covers. */
export function spinnerRows(frame: number): Buffer {
  const turned = (frame / framesOfSpinner) * wholeTurn
  const rowBytes = 1 + 2 * sideOfSpinner
  const rows = Buffer.alloc(sideOfSpinner * rowBytes)
  for (let y = 0; y < sideOfSpinner; y += 1) {
    for (let x = 0; x < sideOfSpinner; x += 1) rows[y * rowBytes + 2 + 2 * x] = coverage(x, y, turned)
  }
  return rows
}

function coverage(x: number, y: number, turned: number): number {
  let inside = 0
  for (let sample = 0; sample < samples * samples; sample += 1) {
    const at = (pixel: number, step: number) => ((pixel + (step + 0.5) / samples) * box) / sideOfSpinner - box / 2
    if (isOnLine(at(x, sample % samples), at(y, Math.floor(sample / samples)), turned)) inside += 1
  }
  return Math.round((255 * inside) / samples ** 2)
}

function isOnLine(x: number, y: number, turned: number): boolean {
  const angle = (Math.atan2(y, x) - turned + 2 * wholeTurn) % wholeTurn
  if (angle <= arc) return Math.abs(Math.hypot(x, y) - radius) <= halfWidth
  return [turned, turned + arc].some((end) => Math.hypot(x - radius * Math.cos(end), y - radius * Math.sin(end)) <= halfWidth)
}

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

function chunk(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), ...parts])
  return Buffer.concat([words(body.length - 4), body, words(crc32(body))])
}

/** The first `frames` frames as a PNG of grey and alpha, for ever in turn when there are several (APNG: https://www.w3.org/TR/png-3/, section 11.3.5). */
export function spinnerPng(frames: number): Buffer {
  const side = words(sideOfSpinner, sideOfSpinner)
  const pictures = Array.from({ length: frames }, (_, frame) => {
    const data = deflateSync(spinnerRows(frame), { level: 9 })
    if (frames === 1) return chunk('IDAT', data)
    // Sequence number, size, offset, duration as a fraction of a second, what becomes of the frame before.
    const control = chunk(
      'fcTL',
      words(Math.max(0, 2 * frame - 1)),
      side,
      words(0, 0),
      Buffer.from([0, frameMs, 1000 >> 8, 1000 & 255, 0, 0]),
    )
    return Buffer.concat([control, frame === 0 ? chunk('IDAT', data) : chunk('fdAT', words(2 * frame), data)])
  })
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', side, Buffer.from([8, 4, 0, 0, 0])),
    ...(frames === 1 ? [] : [chunk('acTL', words(frames, 0))]),
    ...pictures,
    chunk('IEND'),
  ])
}
