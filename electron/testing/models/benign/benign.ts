import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ScanOutcome } from '#shared/model/scan-report.ts'
import type { ModelCase } from '../case.ts'
import { written } from './written.ts'

const folder = fileURLToPath(new URL('__fixtures__/', import.meta.url))

/** What is not cleared although it is sound, and why. */
const notCleared: Readonly<Record<string, ScanOutcome>> = {
  // No bounded unpacker for these here.
  'joblib-arrays-bz2.joblib': 'not-cleared',
  'joblib-arrays-lzma.joblib': 'not-cleared',
  'joblib-arrays-xz.joblib': 'not-cleared',
  // TorchScript is a program, and is shown as one.
  'torchscript-linear.pt': 'suspicious',
}

const recorded: readonly ModelCase[] = readdirSync(folder).map((fileName) => ({
  name: fileName,
  fileName,
  bytes: new Uint8Array(readFileSync(folder + fileName)),
  expected: notCleared[fileName] ?? 'cleared',
}))

export const benign: readonly ModelCase[] = [...recorded, ...written]
