import type { Gpu } from '#shared/model/gpu.ts'
import { gpuFields } from './collect.ts'

/**
 * Reads `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`. Every placeholder (`[N/A]`, `[Not Supported]`, `N/A`,
 * `[Unknown Error]`, `[GPU requires reset]`, `[Insufficient Permissions]`) becomes `undefined`. `undefined` as a whole when a row is
 * not of this form: nvidia-smi prints its errors on stdout too.
 */
export function parseGpus(stdout: string): readonly Gpu[] | undefined {
  const gpus: Gpu[] = []
  for (const text of stdout.split('\n')) {
    if (text.trim() === '') continue
    const cells = text.split(',').map((cell) => cell.trim())
    // A comma could only stand in the name.
    const extra = cells.length - gpuFields.length
    if (extra < 0) return undefined
    const [index, ...rest] = cells
    const name = rest.splice(0, 1 + extra).join(', ')
    const [uuid = '', driver, utilization, used, total, temperature, draw, limit, ecc] = rest
    if (!/^\d+$/.test(index ?? '') || !/^GPU-[0-9a-f-]+$/i.test(uuid)) return undefined
    gpus.push({
      index: Number(index),
      name,
      uuid,
      driverVersion: /^\d+(?:\.\d+)+$/.test(driver ?? '') ? driver : undefined,
      utilizationPercent: readNumber(utilization),
      memoryUsedMiB: readNumber(used),
      memoryTotalMiB: readNumber(total),
      temperatureC: readNumber(temperature),
      powerDrawW: readNumber(draw),
      powerLimitW: readNumber(limit),
      eccUncorrected: readNumber(ecc),
    })
  }
  return gpus
}

const readNumber = (cell: string | undefined): number | undefined => (cell && /^-?\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : undefined)
