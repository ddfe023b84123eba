import { expect, test } from 'vitest'
import type { LogLine } from '#shared/model/service-log.ts'
import { levelOf, lineText, matchingLines, operableOf } from './operate-view.ts'

const line = (id: string, text: string, more: Partial<LogLine> = {}): LogLine => ({
  ...{ id, at: '2026-11-26T08:12:15.000Z', priority: 6, by: 'ollama', pieces: [{ text }, { removed: 'prompt', characters: 214 }] },
  ...more,
})

test('a line as it is copied: what was taken out is said', () => {
  expect(lineText(line('a', 'said '))).toBe('2026-11-26T08:12:15.000Z ollama: said [removed: prompt, 214 characters]')
  expect(lineText(line('a', '', { at: null, pieces: [{ removed: 'query', characters: 1 }] }))).toBe(
    ' ollama: [removed: query, 1 character]',
  )
})

test('every typed word must be in it', () => {
  const lines = [line('a', 'Listening on port'), line('b', 'Stopping', { by: 'systemd' })]
  expect(matchingLines(lines, ' PORT listening').map(({ id }) => id)).toEqual(['a'])
  expect(matchingLines(lines, 'systemd').map(({ id }) => id)).toEqual(['b'])
  expect(matchingLines(lines, '  ')).toHaveLength(2)
})

test('levels by name', () => {
  expect([levelOf({ priority: 3 }), levelOf({ priority: 0 }), levelOf({ priority: null })]).toEqual(['Error', 'Emergency', ''])
})

test('a service is found by its unit, a container by its name', () => {
  const units = ['a.service', 'docker:a.service', 'podman:chat', 'container:b0b0'].map((unit) => ({ unit, name: '', ports: [] }))
  const found = (service: Parameters<typeof operableOf>[0]) => operableOf(service, units)?.unit
  expect([found({ how: 'unit', unit: 'a.service' }), found({ how: 'container', container: 'a.service' })]).toEqual([
    'a.service',
    'docker:a.service',
  ])
  expect([found({ how: 'container', container: 'chat' }), found({ how: 'container', container: 'b0b0' })]).toEqual([
    'podman:chat',
    'container:b0b0',
  ])
  expect([found({ how: 'process' }), found({ how: 'container', container: 'other' })]).toEqual([undefined, undefined])
})
