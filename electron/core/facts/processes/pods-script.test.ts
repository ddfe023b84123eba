import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { podsScript } from './pods-script.ts'

const uid = '0a1b2c3d-0000-4111-8222-333344445555'
const flat = uid.replaceAll('-', '_')
const id = 'ab'.repeat(32)

describe.runIf(process.platform === 'linux').each(shells)('%s %s', (program, ...args) => {
  let root = ''
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'gh-pods-'))
    mkdirSync(join(root, 'containers'))
    mkdirSync(join(root, 'pods', `ai_chat-0_${uid}`), { recursive: true })
    mkdirSync(join(root, 'pods', 'ai_other-0_00000000-0000-4111-8222-333344445555'))
    // As the kubelet makes them: to a place that only root may enter.
    symlinkSync('/nowhere/0.log', join(root, 'containers', `chat-0_ai_vllm-${id}.log`))
    symlinkSync('/nowhere/0.log', join(root, 'containers', `odd name_ai_vllm-${id}.log`))
    symlinkSync('/nowhere/0.log', join(root, 'containers', `other-0_ai_vllm-${'cd'.repeat(32)}.log`))
  })
  afterAll(() => {
    rmSync(root, { recursive: true })
  })

  const run = (group: string, at = root): readonly string[] => {
    const text = `group=$1 pid=7\nset -- kept\nIFS=' '\n${podsScript.replaceAll('/var/log', at)}\nprintf 'end %s\\n' "$pid"`
    const { stdout, stderr } = spawnSync(program ?? '', [...args.filter((one) => one !== undefined), '-c', text, 'sh', group], {
      encoding: 'utf8',
      // bash takes a socket on stdin for a remote login, and reads its files.
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, LC_ALL: 'C' },
    })
    expect(stderr).toBe('')
    return stdout.replaceAll(at, '/var/log').trimEnd().split('\n')
  }
  const both = [`@pod 7 /var/log/containers/chat-0_ai_vllm-${id}.log`, `@pod 7 /var/log/pods/ai_chat-0_${uid}`, 'end 7']

  test.each([
    `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${flat}.slice/cri-containerd-${id}.scope`,
    `0::/kubepods.slice/kubepods-pod${flat}.slice/crio-${id}.scope/container`,
    `1:name=systemd:/kubepods/burstable/pod${uid}/${id}`,
    `1:name=systemd:/system.slice/containerd.service/kubepods-pod${flat}.slice:cri-containerd:${id}`,
  ])('log and folder of %s', (group) => {
    expect(run(group)).toEqual(both)
  })

  test.each([
    ['no pod', '0::/system.slice/vllm.service', ['end 7']],
    ['a pod that left no log', `0::/kubepods/pod${'0'.repeat(32)}/${'e'.repeat(64)}`, ['@pod 7 absent', 'end 7']],
    ['no uid and no id', '0::/kubepods', ['@pod 7 absent', 'end 7']],
    ['patterns of the shell', '0::/kubepods/pod*/*', ['@pod 7 absent', 'end 7']],
  ])('%s', (_, group, expected) => {
    expect(run(group)).toEqual(expected)
  })

  test('neither folder can be listed', () => {
    expect(run(`0::/kubepods/pod${uid}/${id}`, '/nowhere/log')).toEqual(['@pod 7 unread', 'end 7'])
  })
})
