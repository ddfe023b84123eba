import { describe, expect, test } from 'vitest'
import { bytesSource } from '#core/models/byte-source.ts'
import { scanModel } from '#core/models/scan/scan-model.ts'
import { benign } from './benign/benign.ts'
import type { ModelCase } from './case.ts'
import { malicious } from './malicious/malicious.ts'

const scan = ({ bytes, fileName }: ModelCase) => scanModel(bytesSource(fileName ?? 'model.bin', bytes))

describe('malicious and malformed files', () => {
  test('there are enough of them, and no two are the same', () => {
    expect(malicious.length).toBeGreaterThanOrEqual(120)
    expect(new Set(malicious.map(({ bytes, fileName }) => `${fileName} ${Buffer.from(bytes).toString('base64')}`)).size).toBe(
      malicious.length,
    )
  })

  test.each(malicious)('$name is $expected', async (it) => {
    const report = await scan(it)
    expect(report.outcome).not.toBe('cleared')
    expect(report.outcome, JSON.stringify([report.findings, report.gaps])).toBe(it.expected)
  })
})

describe('benign files', () => {
  test('there are enough of them', () => expect(benign.length).toBeGreaterThanOrEqual(60))

  test.each(benign)('$name is $expected', async (it) => {
    const report = await scan(it)
    expect(report.outcome).not.toBe('dangerous')
    expect(report.outcome, JSON.stringify([report.findings, report.gaps])).toBe(it.expected)
  })
})
