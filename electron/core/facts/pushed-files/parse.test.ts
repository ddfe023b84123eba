import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePushedFiles } from './parse.ts'

test('files with their differences', () => {
  expect(parsePushedFiles('file changed t p1 /etc/a b\ndiff -old\ndiff +file changed\nfile as-pushed t p2 /etc/c\n')).toEqual([
    { path: '/etc/a b', state: 'changed', template: 't', push: 'p1', diff: ['-old', '+file changed'], line: 1 },
    { path: '/etc/c', state: 'as-pushed', template: 't', push: 'p2', diff: [], line: 4 },
  ])
  expect(parsePushedFiles('')).toEqual([])
})

test.each(['diff +x\n', 'file fine t p /a\n', 'file gone t p\n', 'file gone t p /a\nnoise\n'])('%j is nothing that was asked', (text) =>
  expect(parsePushedFiles(text)).toBeUndefined(),
)

test('any text is read without throwing', () => {
  fc.assert(fc.property(fc.string(), (text) => void parsePushedFiles(text)))
})
