import { expect, test } from 'vitest'
import { type HostAnswer, readHostAnswer } from './answer.ts'
import { readBackWords, verdictOf } from './verdict.ts'

const K = 'f'.repeat(32)
const sum = (character: string) => `${character.repeat(64)}:0:0:644`
const file = (path: string, before: string, after: string) => ({
  ...{ kind: 'systemd-drop-in' as const, path, before, after, uid: 0, gid: 0, mode: '644', content: '', random: false },
})
const push = { id: 'p1', unit: 'a.service', undoAfterSeconds: 120, files: [file('/a', 'absent', sum('a')), file('/b', sum('b'), sum('c'))] }
const say = (...lines: string[]): HostAnswer => readHostAnswer(lines.map((line) => `${K} ${line}\n`).join(''), K)
const files = (a: string, b: string) => [`file 1 ${a}`, `file 2 ${b}`]
const old = files('absent', sum('b'))
const fresh = files(sum('a'), sum('c'))
const mixed = files(sum('a'), sum('b'))

test.each([
  ['committed', ['open p1 5', 'mark writing', 'mark committed', ...fresh, 'unit active', 'end'], 'committed-proven'],
  ['committed, and cleared away since', ['kept', ...fresh, 'unit active', 'end'], 'committed-proven'],
  ['committed and cleared away, and a file is another', ['kept', ...mixed, 'unit active', 'end'], 'unknown'],
  ['committed, and the service went down', ['open p1 5', 'mark committed', ...fresh, 'unit failed', 'end'], 'unknown'],
  ['committed, and its undo is still there', ['open p1 5', 'mark committed', 'armed', ...fresh, 'unit active', 'end'], 'unknown'],
  ['committed, and a file is another', ['open p1 5', 'mark committed', ...mixed, 'unit active', 'end'], 'unknown'],
  ['changed, not committed, nothing armed', ['open p1 5', 'mark writing', ...fresh, 'unit active', 'end'], 'unknown'],
  ['the new state without a trace of this push', [...fresh, 'unit active', 'end'], 'unknown'],
  ['the mark of another push', ['open p2 5', 'mark committed', ...fresh, 'unit active', 'end'], 'unknown'],
  ['armed', ['open p1 5', 'mark writing', 'armed', ...fresh, 'unit active', 'end'], 'under-way'],
  ['armed, not yet written', ['open p1 5', 'armed', ...old, 'unit active', 'end'], 'under-way'],
  ['armed for the next start only', ['open p1 5', 'mark undoing', 'armed-at-boot', ...mixed, 'unit active', 'end'], 'under-way'],
  ['undone', ['open p1 5', 'mark undone', ...old, 'unit active', 'end'], 'rolled-back-proven'],
  ['never begun', [...old, 'unit active', 'end'], 'rolled-back-proven'],
  ['undone, and the service is down', ['open p1 5', 'mark undone', ...old, 'unit failed', 'end'], 'rolled-back-not-proven'],
  [
    'undone before a file was written, and somebody changed one',
    ['open p1 5', 'mark undone', ...mixed, 'unit active', 'end'],
    'rolled-back-proven',
  ],
  ['the same, and the service is down', ['open p1 5', 'mark undone', ...mixed, 'unit failed', 'end'], 'rolled-back-not-proven'],
  [
    'undone by its own word, and a file says no',
    ['open p1 5', 'mark writing', 'mark undone', ...mixed, 'unit active', 'end'],
    'rolled-back-not-proven',
  ],
  [
    'committed, and other bytes',
    ['open p1 5', 'mark committed', ...fresh, `again 2 0:0:644 bytes ${btoa('x')}`, 'unit active', 'end'],
    'unknown',
  ],
  [
    'undone, and another digest by another program',
    ['open p1 5', 'mark writing', 'mark undone', ...old, `again 2 0:0:644 perl ${'d'.repeat(64)}`, 'unit active', 'end'],
    'rolled-back-not-proven',
  ],
  ['neither', [...mixed, 'unit active', 'end'], 'unknown'],
  ['cut short', ['open p1 5', 'mark committed', ...fresh, 'unit active'], 'unknown'],
  ['a file that was not read', ['mark undone', 'file 1 absent', 'unit active', 'end'], 'unknown'],
] as const)('%s', (_, lines, expected) => expect(verdictOf(say(...lines), push)).toBe(expected))

test('what was read back, in words', () => {
  expect(readBackWords(say(...mixed, `again 2 - openssl ${'b'.repeat(64)}`, 'unit active', 'mark found', 'end'), push)).toBe(
    '/a: aaaaaaaaaaaa… (by sha256sum of the host alone), owner 0:0, mode 644; /b: bbbbbbbbbbbb…, owner 0:0, mode 644; a.service: active; a file that somebody changed in between lies in /var/lib/gatehouse-found (beside it, where there was no room)',
  )
  expect(readBackWords(undefined, push)).toContain('Nothing')
  expect(readBackWords(say(`file 1 link:${'a'.repeat(64)}`, 'file 2 kept:0:33:640', 'unit active', 'end'), push)).toBe(
    '/a: link aaaaaaaaaaaa…; /b: owner 0:33, mode 640; a.service: active',
  )
  // A drill, and files that no service reads.
  expect(readBackWords(say('file 1 absent', 'unit active', 'end'), { unit: '', files: push.files.slice(0, 1) })).toBe('/a: absent')
})
