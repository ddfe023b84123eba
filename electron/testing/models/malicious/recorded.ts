import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ScanOutcome } from '#shared/model/scan-report.ts'
import type { ModelCase } from '../case.ts'

const folder = fileURLToPath(new URL('__fixtures__/', import.meta.url))

const expected: Readonly<Record<string, ScanOutcome>> = {
  'lambda.h5': 'dangerous',
  'lambda-text.h5': 'dangerous',
  'lambda-latest.h5': 'dangerous',
  'lambda-row.h5': 'dangerous',
  'lambda-last.h5': 'dangerous',
  'lambda-training.h5': 'dangerous',
  'lambda-user-block.h5': 'not-cleared',
  'config-rows.h5': 'not-cleared',
  'attributes-dense.h5': 'not-cleared',
  'group-dense.h5': 'not-cleared',
  'link-outside.h5': 'suspicious',
  'data-outside.h5': 'suspicious',
  'data-virtual.h5': 'suspicious',
}

/** HDF5 that hurts, as h5py writes it (`make-fixtures.py`). */
export const recorded: readonly ModelCase[] = Object.entries(expected).map(([fileName, outcome]) => ({
  name: fileName,
  fileName,
  bytes: new Uint8Array(readFileSync(folder + fileName)),
  expected: outcome,
}))
