import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ScanOutcome } from '#shared/model/scan-report.ts'
import { joined } from '../bytes.ts'
import type { ModelCase } from '../case.ts'
import { safetensors, tensor } from '../safetensors-builder.ts'

const folder = fileURLToPath(new URL('__fixtures__/', import.meta.url))

const expected: Readonly<Record<string, ScanOutcome>> = {
  'lambda.h5': 'dangerous',
  'lambda-text.h5': 'dangerous',
  'lambda-latest.h5': 'dangerous',
  'lambda-row.h5': 'dangerous',
  'lambda-last.h5': 'dangerous',
  'lambda-training.h5': 'dangerous',
  'lambda-user-block.h5': 'dangerous',
  'config-rows.h5': 'not-cleared',
  'attributes-dense.h5': 'not-cleared',
  'group-dense.h5': 'not-cleared',
  'link-outside.h5': 'suspicious',
  'data-outside.h5': 'suspicious',
  'data-virtual.h5': 'suspicious',
}

/** HDF5 that hurts, as h5py writes it (`make-fixtures.py`). */
export const recorded: readonly ModelCase[] = [
  ...Object.entries(expected).map(([fileName, outcome]) => ({ name: fileName, fileName, bytes: bytesOf(fileName), expected: outcome })),
  {
    name: 'HDF5 behind a header of safetensors',
    fileName: 'model.h5',
    bytes: behindSafetensors(bytesOf('lambda.h5')),
    expected: 'dangerous',
  },
]

function bytesOf(fileName: string): Uint8Array {
  return new Uint8Array(readFileSync(folder + fileName))
}

/** At byte 512, where HDF5 is looked for as well; to safetensors it is a tensor. */
function behindSafetensors(content: Uint8Array): Uint8Array {
  const header = JSON.stringify({ a: tensor(0, content.length, 'U8', [content.length]) }).padEnd(504)
  return joined(safetensors(header), content)
}
