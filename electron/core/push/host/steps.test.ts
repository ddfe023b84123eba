import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { armRuntime } from './arm.ts'
import { commitRuntime } from './commit.ts'
import { extendRuntime } from './extend.ts'
import { spareRuntime } from './spare.ts'
import { undoRuntime } from './undo.ts'

/**
 * The decisions of a step alone, in the sh of this machine: what it holds on to (locks, units, files of the host) is stood in for by what it says. The whole
 * steps run on the hosts of the lab.
 */
const around = `
gh_mine() { :; }
gh_lock() { :; }
gh_armed() { :; }
gh_held() { return 1; }
gh_systemd() { return 1; }
gh_uptime() { echo 100000; }
gh_unit_state() { echo active; }
gh_main_pid() { echo 7; }
gh_undo() { :; }
gh_arm_watch() { :; }
gh_mark() { : >"$gh_base/$1"; }
for gh_name in gh_disarm gh_reread gh_reactivate gh_healthy gh_look gh_files; do eval "$gh_name() { echo \\"$gh_name \\$*\\"; }"; done
gh_say() { echo "said $*"; }
gh_fail() { echo "failed $*"; exit 1; }
`

/** What the step said and did, and whether a file lies in the folder of the push afterwards. `there`: its files before, by name. */
function taken(runtime: string, there: Readonly<Record<string, string>>, given = '') {
  const base = mkdtempSync(join(tmpdir(), 'gatehouse-step-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(there)) writeFileSync(join(base, name), text)
  const input = `gh_base='${base}' gh_units='${base}' gh_unit=ollama.service gh_seconds=300 gh_id=p1\n${runtime}\n${around}\n${given}\ngh_step\n`
  const { stdout, stderr } = spawnSync('/bin/sh', { input, encoding: 'utf8' })
  return { said: stdout.split('\n').slice(0, -1), stderr, has: (name: string) => existsSync(join(base, name)) }
}

const proven = { from: '0', pid: '7', proof: 'none' }

test('a commit is one file, once every file is as it was to be', () => {
  const { said, has } = taken(commitRuntime, proven)
  expect(said.slice(0, 1)).toEqual(['gh_files gh_kept'])
  expect(said).toContain('said end')
  expect(has('committed')).toBe(true)
})

test.each([
  ['its undo has begun', { ...proven, undoing: '' }, ''],
  ['it is undone', { ...proven, undone: '' }, ''],
  ['no undo is armed', proven, 'gh_armed() { return 1; }'],
])('nothing is committed once %s', (_, there, given) => {
  const { said, has } = taken(commitRuntime, there, given)
  expect(said).toEqual(['failed undone'])
  expect(has('committed')).toBe(false)
})

test.each([
  ['another process', 'gh_main_pid() { echo 8; }'],
  ['a unit that is down', 'gh_unit_state() { echo failed; }'],
])('nothing is committed over %s', (_, given) => {
  const { said, has } = taken(commitRuntime, proven, given)
  expect(said.at(-1)).toContain('failed inactive')
  expect(has('committed')).toBe(false)
})

test('the undo puts back what was written, and marks it', () => {
  const { said, has } = taken(undoRuntime, { writing: '' })
  expect(said.slice(0, 2)).toEqual(['gh_files gh_restore', 'gh_reactivate '])
  expect(has('undone')).toBe(true)
})

test.each(['committed', 'undone'])('the undo of what is %s touches no file, and goes away', (mark) => {
  const { said } = taken(undoRuntime, { writing: '', [mark]: '' })
  expect(said).toEqual(['gh_files gh_no_spare', 'gh_disarm ', 'gh_reread '])
})

test('before the first write the undo has nothing to put back', () => {
  const { said, has } = taken(undoRuntime, {})
  expect(said).not.toContain('gh_files gh_restore')
  expect(has('undone')).toBe(true)
})

test('an undo that does not manage stays armed, and not marked', () => {
  const { said, has } = taken(undoRuntime, { writing: '' }, 'gh_reactivate() { return 1; }')
  expect(said).not.toContain('gh_disarm ')
  expect(has('undone')).toBe(false)
})

test('an undo that is written but does not hold is not armed', () => {
  expect(taken(armRuntime, {}).said).toEqual(['said end'])
  expect(taken(armRuntime, {}, 'gh_armed() { return 1; }').said[0]).toBe('failed not-armed')
})

/** Hundredths of a second, as /proc/uptime counts: due in so many seconds from now. */
const dueIn = (seconds: number) => ({ due: String(100_000 + seconds * 100) })

test.each([
  [60, 'said undo-in 360'],
  [800, 'said undo-in 900'],
])('an undo that is due in %i s is put off, never beyond 15 minutes', (left, words) => {
  expect(taken(extendRuntime, dueIn(left)).said).toEqual([words, 'said end'])
})

test.each([
  [900, {}, 'failed enough it is due in 900 s'],
  [0, {}, 'failed undone'],
  [60, { committed: '' }, 'failed undone'],
  [60, { undoing: '' }, 'failed undone'],
  [60, { firing: '' }, 'failed undone'],
])('an undo that is due in %i s is not put off where %j', (left, there, words) => {
  expect(taken(extendRuntime, { ...dueIn(left), ...there }).said).toEqual([words])
})

test('the old file that lay beside goes, and the folder keeps the time at which something last came or went', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-spare-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [base, site] = [join(folder, 'push'), join(folder, 'sites enabled')]
  for (const each of [base, site]) mkdirSync(each)
  for (const name of ['a.conf', '.gatehouse-old.1~', '.gatehouse-new.1']) writeFileSync(join(site, name), '')
  const long = new Date('2026-01-02T03:04:05.678Z')
  utimesSync(site, long, long)
  const input = `gh_base='${base}'\n${spareRuntime}\ngh_no_spare 1 '${site}/a.conf'\ngh_no_spare 2 '${folder}/gone/b.conf'\n`
  const { status, stderr } = spawnSync('/bin/sh', { input, encoding: 'utf8' })
  expect([status, stderr, readdirSync(site)]).toEqual([0, '', ['a.conf']])
  expect(statSync(site).mtime).toEqual(long)
  expect(existsSync(join(folder, 'gone'))).toBe(false)
})
