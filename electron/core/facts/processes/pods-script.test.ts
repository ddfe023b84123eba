import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addressesScript } from './gateway.ts'
import { podsScript } from './pods-script.ts'

const shells = [['dash'], ['bash'], ['busybox', 'sh']].filter(([program = '']) => spawnSync(program, ['-c', 'true']).error === undefined)
const uid = '0a1b2c3d-0000-4111-8222-333344445555'
const flat = uid.replaceAll('-', '_')
const id = 'ab'.repeat(32)

/** Cut from /proc/self/net/fib_trie, with addresses of a pod. */
const FIB_TRIE = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     +-- 10.42.0.0/24 2 0 2
        |-- 10.42.0.0
           /24 link UNICAST
        |-- 10.42.0.9
           /32 host LOCAL
        |-- 10.42.0.255
           /32 link BROADCAST
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
Local:
  +-- 10.42.0.0/24 2 0 2
        |-- 10.42.0.9
           /32 host LOCAL
`

const IF_INET6 = `00000000000000000000000000000001 01 80 10 80       lo
fd000077000000000000000000000002 22 40 00 82     eth0
fe800000000000000042acfffe130002 22 40 20 80     eth0
`

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
    const text = `group=$1 pid=7\nset -- kept\nIFS=' '\n${`${addressesScript}${podsScript}`.replaceAll('/var/log', at).replaceAll('/proc/$pid/net', `${root}/net`)}\nprintf 'end %s\\n' "$pid"`
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

  test('its own addresses, out of the table of its network as Linux 6 prints it', () => {
    mkdirSync(join(root, 'net'))
    writeFileSync(join(root, 'net', 'fib_trie'), FIB_TRIE)
    writeFileSync(join(root, 'net', 'if_inet6'), IF_INET6)
    const six = '@address 7 fd000077000000000000000000000002'
    expect(run(`0::/kubepods/pod${uid}/${id}`)).toEqual([both[0], both[1], '@address 7 10.42.0.9', '@address 7 10.42.0.9', six, 'end 7'])
    rmSync(join(root, 'net'), { recursive: true })
  })

  test('neither folder can be listed', () => {
    expect(run(`0::/kubepods/pod${uid}/${id}`, '/nowhere/log')).toEqual(['@pod 7 unread', 'end 7'])
  })
})
