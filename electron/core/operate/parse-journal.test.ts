import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pieceText } from '#shared/operate-words.ts'
import { parseJournal } from './parse-journal.ts'
import { logsProgram } from './read-logs.ts'

/** As journalctl 252 of Debian 12 prints them with --output=json (systemd.io/JOURNAL_EXPORT_FORMATS). */
const entry = (more: object) =>
  JSON.stringify({
    __CURSOR: 's=1;i=2',
    __REALTIME_TIMESTAMP: '1764144735000000',
    PRIORITY: '6',
    _PID: '70',
    SYSLOG_IDENTIFIER: 'ollama',
    ...more,
  })
const textOf = (text: string) => parseJournal(text).lines.map(({ pieces }) => pieces.map(pieceText).join(''))

test('time, level, program and a message without content', () => {
  const [line] = parseJournal(entry({ MESSAGE: 'my prompt' })).lines
  expect(line).toEqual({
    ...{ id: 's=1;i=2', at: '2025-11-26T08:12:15.000Z', priority: 6, by: 'ollama' },
    pieces: [{ removed: 'line of an unknown shape', characters: 9 }],
  })
})

test.each<[string, object, string]>([
  ['too long for JSON', { MESSAGE: null }, '[not printed: longer than 4096 bytes]'],
  [
    'bytes, since it has colours',
    { MESSAGE: [...Buffer.from('\u001b[32mINFO\u001b[0m:     Application startup complete.')] },
    'INFO:     Application startup complete.',
  ],
  ['bytes that are no text', { MESSAGE: [255, 254, 0] }, '[removed: line of an unknown shape, 3 characters]'],
  [
    'the service says it is systemd',
    { MESSAGE: 'systemd said my prompt', SYSLOG_IDENTIFIER: 'systemd' },
    '[removed: line of an unknown shape, 22 characters]',
  ],
  ['systemd', { MESSAGE: 'Started ollama.service - Ollama Service.', _PID: '1' }, 'Started ollama.service - Ollama Service.'],
  [
    'several messages',
    { MESSAGE: ['my prompt', null] },
    '[removed: line of an unknown shape, 9 characters][not printed: longer than 4096 bytes]',
  ],
])('%s', (_, more, expected) => expect(textOf(entry(more))).toEqual([expected]))

test('what is no line of the journal is counted and not shown', () => {
  expect(
    parseJournal(
      `sudo: unable to resolve host\n[]\n{"MESSAGE":"x"}\n${entry({ MESSAGE: 'x', PRIORITY: '9', __REALTIME_TIMESTAMP: 'x' })}\n`,
    ),
  ).toMatchObject({
    unreadable: 3,
    lines: [{ at: null, priority: null }],
  })
  expect(parseJournal(entry({ MESSAGE: 'x', PRIORITY: '0', SYSLOG_IDENTIFIER: '<b>a b</b>' })).lines).toMatchObject([
    { priority: 0, by: '' },
  ])
})

test('never throws, and shows no text that it does not know', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.anything().map((MESSAGE) => entry({ MESSAGE })),
      ),
      fc.string({ unit: 'binary' }),
      (text, said) => {
        parseJournal(text)
        expect(textOf(entry({ MESSAGE: `${said} Zqxv ${said}` })).join('')).not.toContain('Zqxv')
      },
    ),
  )
})

test('the words of the command stand in the program, each quoted', () => {
  expect(logsProgram('a\\x2db.service', true, 'a'.repeat(32))).toContain(
    `sudo -n "$gh_journalctl" '--no-pager' '--quiet' '--output=json' '--output-fields=MESSAGE,PRIORITY,_PID,SYSLOG_IDENTIFIER' '--lines=500' '--unit=a\\x2db.service' 2>&1`,
  )
})
