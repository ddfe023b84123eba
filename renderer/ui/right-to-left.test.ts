import { expect, test } from 'vitest'
import { apart } from './right-to-left.ts'

test('names that are written from right to left stand apart, and nothing else does', () => {
  expect(apart('ollama listens on 0.0.0.0:11434, über 3 naïve 日本')).toEqual(['ollama listens on 0.0.0.0:11434, über 3 naïve 日本'])
  expect(apart('דנה כהן, 29 Nov 2026')).toEqual(['', 'דנה כהן', ', 29 Nov 2026'])
  expect(apart('by ד״ר כהן-לוי (3) and محمد, 4')).toEqual(['by ', 'ד״ר כהן-לוי', ' (3) and ', 'محمد', ', 4'])
  expect(apart('')).toEqual([''])
})
