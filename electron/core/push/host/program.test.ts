import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fileKinds } from '#shared/model/push-template.ts'
import { sha256Of } from '../../ledger/record.ts'
import { readHostAnswer } from './answer.ts'
import { sshdName } from './init.ts'
import { type HostPush, type HostStep, hostProgram, hostSteps as steps } from './program.ts'

const K = 'a'.repeat(32)
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-push-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const pushOf = (paths: readonly string[], content = 'x\n', after = `${'0'.repeat(64)}:0:0:644`): HostPush => ({
  id: 'p1',
  who: 'ada at desk',
  reverts: '',
  unit: 'no-such.service',
  undoAfterSeconds: 120,
  files: paths.map((path) => ({
    kind: 'systemd-drop-in',
    path,
    content,
    random: false,
    uid: 0,
    gid: 0,
    mode: '644',
    before: 'absent',
    after,
  })),
})
const run = (text: string) => spawnSync('/bin/sh', { input: text, encoding: 'utf8' })
const program = (step: HostStep, push: HostPush) => hostProgram([{ step, nonce: K }], push)

test.each(steps)('%s is sound for the shell, and so is every beginning of it that could arrive', (step) => {
  const text = program(step, pushOf([`${folder}/a`]))
  expect(spawnSync('/bin/sh', ['-n'], { input: text, encoding: 'utf8' }).stderr).toBe('')
  for (const length of [10, 500, text.length - 20, text.length - 60]) expect(run(text.slice(0, length)).stdout).toBe('')
})

test.each(steps)('%s calls no function that it does not bring', (step) => {
  const text = program(step, pushOf([`${folder}/a`])).replaceAll(/^\s*#.*$/gm, '')
  const defined = new Set([...text.matchAll(/(gh_[a-z_]+)\(\)/g)].map(([, name]) => name))
  const used = [...text.matchAll(/(?<![$\w{])(?<!for |read -r |\(\()gh_[a-z_]+(?![\w=])/g)].map(([name]) => name)
  expect(used).toContain('gh_main')
  expect(used.filter((name) => !defined.has(name))).toEqual([])
})

test.each(fileKinds)('what is done for a file of %s is sound for the shell, and calls no function that it does not bring', (kind) => {
  const plain = pushOf([`${folder}/a`])
  const push = { ...plain, files: plain.files.map((file) => ({ ...file, kind })) }
  for (const step of ['stage', 'arm', 'activate'] as const) {
    const text = program(step, push)
    expect(spawnSync('/bin/sh', ['-n'], { input: text, encoding: 'utf8' }).stderr).toBe('')
    const code = text.replaceAll(/^\s*#.*$/gm, '')
    const defined = new Set([...code.matchAll(/(gh_[a-z_]+)\(\)/g)].map(([, name]) => name))
    const used = [...code.matchAll(/(?<![$\w{])(?<!for |read -r |\(\()gh_[a-z_]+(?![\w=])/g)].map(([name]) => name)
    expect(used.filter((name) => !defined.has(name))).toEqual([])
  }
})

describe('what a path is, in one word', () => {
  const state = (path: string, after?: string) => readHostAnswer(run(program('read', pushOf([path], 'x\n', after))).stdout, K)

  test('a link that goes: where it leads; its content is not told', () => {
    symlinkSync('../there', join(folder, 'a'))
    const { files, contents } = state(join(folder, 'a'), 'absent')
    expect([files.get(1), contents.size]).toEqual([`link:${sha256Of('../there\n')}`, 0])
  })

  test('a file that keeps its content: owner and mode; its content is not told', () => {
    writeFileSync(join(folder, 'a'), 'secret\n')
    chmodSync(join(folder, 'a'), 0o600)
    const owner = execFileSync('stat', ['-c', '%u:%g', join(folder, 'a')], { encoding: 'utf8' }).trim()
    const { files, contents } = state(join(folder, 'a'), 'kept:0:0:600')
    expect([files.get(1), contents.size]).toEqual([`kept:${owner}:600`, 0])
  })

  test('a file, with its content', () => {
    writeFileSync(join(folder, 'a'), 'héllo\n')
    chmodSync(join(folder, 'a'), 0o640)
    const { files, contents, ended } = state(join(folder, 'a'))
    const owner = execFileSync('stat', ['-c', '%u:%g', join(folder, 'a')], { encoding: 'utf8' }).trim()
    expect([ended, files.get(1), contents.get(1)]).toEqual([true, `${sha256Of('héllo\n')}:${owner}:640`, 'héllo\n'])
  })

  test('a file that this account may not read: owner and mode', () => {
    const path = join(folder, 'a')
    writeFileSync(path, 'secret\n')
    chmodSync(folder, 0o755)
    chmodSync(path, 0)
    const owner = execFileSync('stat', ['-c', '%u:%g', path], { encoding: 'utf8' }).trim()
    // Root may read everything.
    const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
    const { stdout } = spawnSync('/bin/sh', { input: program('read', pushOf([path])), encoding: 'utf8', ...account })
    const { files, contents } = readHostAnswer(stdout, K)
    expect([files.get(1), contents.size]).toEqual([`unread:${owner}:0`, 0])
  })

  test.each([
    ['nothing', 'none', 'absent'],
    ['nothing in nothing', 'none/none', 'absent'],
    ['a folder', '', 'other'],
    ['a link', 'link', 'other'],
    ['a link to nothing', 'dangling', 'other'],
  ])('%s', (_, name, expected) => {
    symlinkSync('/etc/passwd', join(folder, 'link'))
    symlinkSync('/none', join(folder, 'dangling'))
    expect(state(join(folder, name)).files.get(1)).toBe(expected)
  })
})

test('what a plan is made from says which programs of its kinds are not there', () => {
  const plain = pushOf([join(folder, 'a')])
  const push = { ...plain, files: plain.files.map((file) => ({ ...file, kind: 'nftables' as const })) }
  const said = (path: string) => readHostAnswer(run(program('read', push).replace(/^PATH=\S+/m, `PATH=${path}`)).stdout, K)
  expect(said(folder).lacks).toEqual(['nft'])
  writeFileSync(join(folder, 'nft'), '#!/bin/sh\n', { mode: 0o755 })
  expect(said(folder).lacks).toEqual([])
})

test.each([
  ['nftables', 'firewalld.service', '', ['firewalld.service']],
  ['nftables', 'nftables.service', 'flush ruleset', []],
  ['ufw', 'firewalld.service', '', ['firewalld.service']],
  ['ufw', 'nftables.service', '#!/usr/sbin/nft -f\nflush ruleset', ['nftables.service']],
  ['ufw', 'nftables.service', '# no flush\ntable inet a { }', []],
  ['ufw', 'nftables.service', undefined, ['nftables.service']],
  ['sudoers', 'firewalld.service', '', []],
] as const)('%s where %s comes with the host, of nftables by %j', (kind, unit, text, rivals) => {
  const plain = pushOf([join(folder, 'a')])
  const push = { ...plain, files: plain.files.map((file) => ({ ...file, kind })) }
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\n[ "$2 $3" = "is-enabled ${unit}" ]\n`, { mode: 0o755 })
  if (text !== undefined) writeFileSync(join(folder, 'nftables.conf'), text)
  const asked = program('read', push)
    .replace(/^PATH=/m, `PATH=${folder}:`)
    .replace(/^gh_systemd\(\) .*$/m, 'gh_systemd() { :; }')
    .replaceAll('/etc/nftables.conf', join(folder, 'nftables.conf'))
  expect(readHostAnswer(run(asked).stdout, K).rivals).toEqual(rivals)
})

test('no path, unit, id or content is anything but a word', () => {
  const nasty = fc
    .oneof(fc.string({ unit: 'binary' }), fc.constantFrom("'; echo out; '", '$(echo out)', '`echo out`', '\n', '\\', '-n', '"'))
    .map((text) => text.replaceAll('\0', ''))
  fc.assert(
    fc.property(nasty, nasty, nasty, (name, unit, content) => {
      const push = { ...pushOf([`${folder}/${name.replaceAll('/', '')}x`], content), id: unit, who: unit, unit }
      const { stdout, status } = run(program('look', push))
      expect([status, stdout.split('\n').filter((line) => !line.startsWith(`${K} `))]).toEqual([0, ['']])
      expect(spawnSync('/bin/sh', ['-n'], { input: program('stage', push), encoding: 'utf8' }).stderr).toBe('')
      expect(spawnSync('/bin/sh', ['-n'], { input: program('arm', push), encoding: 'utf8' }).stderr).toBe('')
    }),
    { numRuns: 25 },
  )
})

describe('a message of several steps', () => {
  const other = 'b'.repeat(32)
  const asked = [
    { step: 'read', nonce: K },
    { step: 'look', nonce: other },
  ] as const

  test('takes one after the other, each under its own nonce, and the shell waits for the next message', () => {
    const { stdout } = run(hostProgram(asked, pushOf([`${folder}/a`])) + hostProgram([{ step: 'read', nonce: K }], pushOf([`${folder}/b`])))
    const said = stdout.split('\n').map((line) => line.replace(K, 'first').replace(other, 'second'))
    expect(said.filter((line) => /end|over/.test(line))).toEqual(['first end', 'second end', 'second over', 'first end', 'first over'])
  })

  test('of a commit all is told in one piece', () => {
    const commit = [
      { step: 'commit', nonce: K },
      { step: 'clear', nonce: other },
    ] as const
    const text = hostProgram(commit, { ...pushOf([`${folder}/a`]), id: 'none' })
    // One read(2) of what the shell writes.
    const { stdout } = spawnSync('/bin/sh', ['-c', '/bin/sh | dd bs=65536 count=1 2>/dev/null'], { input: text, encoding: 'utf8' })
    expect(stdout).toBe(`${K} failed lost\n${other} over\n`)
  })

  test('ends where a step does not do all that it does', () => {
    const failing = [
      { step: 'write', nonce: K },
      { step: 'read', nonce: other },
    ] as const
    const { stdout, status } = run(hostProgram(failing, pushOf([`${folder}/a`])))
    expect([status, stdout]).toEqual([0, `${K} failed lost\n${other} over\n`])
  })

  test.each(['>/dev/full', '| true'])('is not gone on with when nobody hears the end of a step: %s', (deaf) => {
    const traced = (where: string) =>
      spawnSync('/bin/sh', ['-c', `{ sleep 0.1; /bin/sh -x 2>'${folder}/trace'; } ${where}`], { input: hostProgram(asked, pushOf([])) })
    const taken = () => [K, other].map((nonce) => readFileSync(join(folder, 'trace'), 'utf8').includes(`gh_k=${nonce}`))
    traced('')
    expect(taken()).toEqual([true, true])
    traced(deaf)
    expect(taken()).toEqual([true, false])
  })

  test('cut short anywhere, it runs nothing', () => {
    const text = hostProgram(asked, pushOf([`${folder}/a`]))
    for (let length = text.length - 90; length < text.length - 2; length++) expect(run(text.slice(0, length)).stdout).toBe('')
  })
})

test.each([
  ['an alias that systemd knows', 'loaded', 'loaded', 'sshd.service'],
  ['a socket starts it, and nobody enabled the service', 'not-found', 'loaded', 'ssh.service'],
  ['neither is there', 'not-found', 'not-found', 'sshd.service'],
])('the service of sshd: %s', (_, sshd, ssh, expected) => {
  const { stdout } = run(`gh_unit=sshd.service
gh_systemd() { :; }
gh_property() { [ "$2" != LoadState ] || case $1 in sshd.service) echo ${sshd} ;; ssh.service) echo ${ssh} ;; esac; }
${sshdName}
echo "$gh_unit"`)
  expect(stdout).toBe(`${expected}\n`)
  expect(program('read', { ...pushOf([]), unit: 'sshd.service' })).toContain(sshdName)
  expect(program('arm', { ...pushOf([]), unit: 'sshd.service' }).split('gh_unit=ssh.service').length).toBe(3)
  expect(program('read', pushOf([]))).not.toContain(sshdName)
})
