import { expect, test } from 'vitest'
import { representatives } from './clients.ts'

test('an address stands for each block, outside the smaller ones in it', () => {
  const found = representatives(['10.0.0.0/8', '10.0.0.0/24', '10.0.0.1', 'fd00::/8', '0.0.0.0/0'])
  expect(found.map(({ from }) => from)).toEqual([undefined, undefined, '10.0.0.0/8', '10.0.0.0/24', '10.0.0.1', 'fd00::/8'])
  expect(found[1]?.address).toContain(':')
  expect(found[2]?.address).not.toMatch(/^10\.0\.0\./)
  expect(found[4]?.address).toBe('10.0.0.1')
})
