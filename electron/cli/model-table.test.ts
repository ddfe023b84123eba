import { expect, test } from 'vitest'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import { modelLines } from './model-table.ts'

test('as many models as a host may list', () => {
  const artifact = {
    ...{ name: 'f1', places: [], bytes: 0, files: 1, state: 'not-hashed', weak: false, formats: [], scan: 'not-scanned' },
  } as unknown as ModelArtifact
  expect([...modelLines(Array(250_000).fill(artifact), [])]).toHaveLength(250_001)
})
