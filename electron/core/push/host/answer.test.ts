import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256Of } from '../../ledger/record.ts'
import { contradiction, mustHaveEnded, readHostAnswer } from './answer.ts'

const K = '0123456789abcdef'.repeat(2)

test('reads its own lines and leaves the rest', () => {
  const text = `motd\n${K} file 1 absent\nend\n${K} open p 17 ada at desk\n${K} mark undone\n${K} content 2 ${Buffer.from('a\n').toString('base64')}\n${K} edited 3 abc\n${K} changes 3 kim lou\n${K} changes 4 none\n${K} lacks nft\n${K} lacks $(id)\n${K} rival a@b.service\n${K} rival $(id)\n${K} failed conflict /a b c\n`
  expect(readHostAnswer(text, K)).toEqual({
    ended: false,
    unit: '',
    init: '',
    armed: false,
    kept: false,
    open: { id: 'p', since: 17, who: 'ada at desk' },
    failed: { code: 'conflict', detail: '/a b c' },
    files: new Map([[1, 'absent']]),
    contents: new Map([[2, 'a\n']]),
    again: new Map([[2, { sha256: sha256Of('a\n'), own: undefined, by: 'its bytes' }]]),
    edited: new Map([[3, { state: 'abc', lines: ['kim lou'] }]]),
    marks: new Set(['undone']),
    lacks: ['nft'],
    rivals: ['a@b.service'],
  })
})

test.each([
  ['conflict', '/etc/nginx/a b.conf 2a33:0:0:644', 'push.conflict', '/etc/nginx/a b.conf has changed'],
  ['conflict', 'the undo was planned for systemd, and this host has none', 'push.conflict', 'conflict the undo was planned'],
  ['busy', 'p ada', 'push.busy', 'busy p ada'],
  ['invalid', 'unknown directive', 'push.interrupted', 'invalid unknown directive'],
])('%s %s is said as %s: %s', (code, detail, as, said) => {
  const answer = readHostAnswer(`${K} failed ${code} ${detail}\n`, K)
  expect(() => mustHaveEnded(answer, 'gpu-01')).toThrow(expect.objectContaining({ failure: expect.objectContaining({ code: as }) }))
  expect(() => mustHaveEnded(answer, 'gpu-01')).toThrow(said)
})

test.each([
  ['the same bytes', `1 0:0:644 bytes ${btoa('a\n')}`, ''],
  ['other bytes', `1 0:0:644 bytes ${btoa('b\n')}`, 'its bytes'],
  ['no bytes', '1 0:0:644 bytes ', 'its bytes'],
  ['the same digest', `1 0:0:644 openssl ${sha256Of('a\n')}`, ''],
  ['another digest', `1 0:0:644 openssl ${sha256Of('b\n')}`, 'openssl'],
  ['another owner', '1 33:0:644 - -', 'find says 33:0:644'],
  ['another mode', `1 0:0:666 bytes ${btoa('a\n')}`, 'find says 0:0:666'],
  ['nobody else can say', '1 - - -', ''],
  ['nonsense', '1 x y z', ''],
])('read another way: %s', (_, said, expected) => {
  const words = contradiction(`${sha256Of('a\n')}:0:0:644`, readHostAnswer(`${K} again ${said}\n`, K).again.get(1))
  expect(words).toContain(expected)
  expect(words === '').toBe(expected === '')
})

test('a last line without its end does not count', () => {
  expect(readHostAnswer(`${K} end`, K).ended).toBe(false)
  expect(readHostAnswer(`${K} end\n`, K).ended).toBe(true)
})

test('whatever a host says: never throws, and nothing without the nonce is taken', () => {
  const word = fc.constantFrom(
    'end',
    'file',
    'content',
    'edited',
    'changes',
    'open',
    'armed',
    'unit',
    'mark',
    'failed',
    'again',
    'bytes',
    '1',
    'x',
    '',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(fc.array(word).map((words) => words.join(' '))), fc.string(), (lines, noise) => {
      readHostAnswer(lines.map((line) => `${K} ${line}\n`).join(noise), K)
      const none = readHostAnswer(lines.map((line) => `${line}\n`).join(''), K)
      expect([none.ended, none.armed, none.files.size, none.marks.size]).toEqual([false, false, 0, 0])
    }),
  )
})

test('a tool that ends its lines as terminals want them does not make a refusal unheard', () => {
  // What sshd -t says: OpenSSH writes CR and LF when it tells errors on stderr.
  const answer = readHostAnswer(`${K} failed invalid line 8: not allowed within a Match block\r  line 9: \u2028 bad\r \n`, K)
  expect(answer.failed).toEqual({ code: 'invalid', detail: 'line 8: not allowed within a Match block  line 9: \u2028 bad ' })
})
