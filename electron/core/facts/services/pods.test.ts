import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { containerIdOf, unitOf } from './placement.ts'
import { podOf, podPlaceOf } from './pods.ts'

const uid = '0a1b2c3d-0000-4111-8222-333344445555'
const flat = uid.replaceAll('-', '_')
const hash = 'b1e89a2fcc688644de3eb95aee8025ce'
const id = 'ab'.repeat(32)
const node = 'cd'.repeat(32)

// Written from documentation, never seen on a host: kubernetes pkg/kubelet/cm (both drivers), containerd internal/cri (getCgroupsPath), cri-o internal/config/cgmgr,
// kind (kubelet --cgroup-root=/kubelet), runc with a slice in cgroupfs form (opencontainers/runc, seen in reports about containerd 1.5).
test.each([
  ['systemd, guaranteed', `/kubepods.slice/kubepods-pod${flat}.slice/cri-containerd-${id}.scope`],
  ['systemd, burstable', `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${flat}.slice/cri-containerd-${id}.scope`],
  ['cri-o', `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${flat}.slice/crio-${id}.scope`],
  ['cri-o with crun', `/kubepods.slice/kubepods-pod${flat}.slice/crio-${id}.scope/container`],
  ['cri-dockerd', `/kubepods.slice/kubepods-pod${flat}.slice/docker-${id}.scope`],
  ['cgroupfs, guaranteed', `/kubepods/pod${uid}/${id}`],
  ['cgroupfs, burstable (k3s)', `/kubepods/burstable/pod${uid}/${id}`],
  ['cgroupfs, cri-o', `/kubepods/besteffort/pod${uid}/crio-${id}`],
  ['cgroupfs below k3s', `/system.slice/k3s.service/kubepods/burstable/pod${uid}/${id}`],
  ['a slice in cgroupfs form', `/system.slice/containerd.service/kubepods-burstable-pod${flat}.slice:cri-containerd:${id}`],
  ['a cgroup root of its own', `/ai.slice/ai-kubepods.slice/ai-kubepods-pod${flat}.slice/cri-containerd-${id}.scope`],
  ['a container in the pod', `/kubepods/pod${uid}/${id}/docker/${node}`],
])('%s', (_, cgroup) => {
  expect(podPlaceOf(cgroup)).toEqual({ uid, containerId: id, ofNode: true })
  expect(containerIdOf(cgroup)).toBe(id)
})

test.each([
  [
    'a static pod',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${hash}.slice/cri-containerd-${id}.scope`,
    hash,
    id,
    true,
  ],
  ['a runtime that names otherwise', `/kubepods/pod${uid}/strange`, uid, undefined, true],
  ["cri-o's monitor", `/kubepods.slice/kubepods-pod${flat}.slice/crio-conmon-${id}.scope`, uid, undefined, true],
  [
    'kind, systemd',
    `/system.slice/docker-${node}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${flat}.slice/cri-containerd-${id}.scope`,
    ...([uid, id, false] as const),
  ],
  ['kind, cgroupfs', `/docker/${node}/kubelet/kubepods/besteffort/pod${uid}/${id}`, uid, id, false],
  [
    'k3s of an account',
    `/user.slice/user-1000.slice/user@1000.service/app.slice/k3s-rootless.service/kubepods/besteffort/pod${uid}/${id}`,
    ...([uid, id, false] as const),
  ],
])('%s', (_, cgroup, owner, containerId, ofNode) => {
  expect(podPlaceOf(cgroup)).toEqual({ uid: owner, containerId, ofNode })
  expect(containerIdOf(cgroup)).toBe(containerId)
  expect(unitOf({ cgroup: `/system.slice/any.service${cgroup}` })).toBeUndefined()
})

test.each([
  undefined,
  '',
  '/',
  '/system.slice/vllm.service',
  `/docker/${id}`,
  `/system.slice/pod${uid}/${id}`,
  '/kubepods.slice/kubepods-burstable.slice',
  `/kubepods/pod-${uid}/${id}`,
  `/kubepods/burstable/other/pod${uid}/${id}`,
  `/kubepods.slice/kubepods-podNOTAUUID.slice/cri-containerd-${id}.scope`,
])('no pod: %s', (cgroup) => {
  expect(podPlaceOf(cgroup)).toBeUndefined()
})

describe('names', () => {
  const cgroup = `/kubepods/pod${uid}/${id}`
  const log = (pod: string, container: string, of = id) => `/var/log/containers/${pod}_ai_${container}-${of}.log`
  const folder = (pod: string, of = uid) => `/var/log/pods/ai_${pod}_${of}`
  const show = (paths: readonly string[], docker?: string) => podOf({ cgroup, podLogs: { paths, unread: false, line: 1 } }, docker)
  const chat = { uid, namespace: 'ai', name: 'chat-7d9f.x-0' }

  test.each<[string, readonly string[], object]>([
    ['the log of its container', [log('chat-7d9f.x-0', 'vllm')], { ...chat, container: 'vllm' }],
    ['a name with dashes', [log('chat-7d9f.x-0', 'my-vllm-0')], { ...chat, container: 'my-vllm-0' }],
    ['log and folder', [log('chat-7d9f.x-0', 'vllm'), folder('chat-7d9f.x-0')], { ...chat, container: 'vllm' }],
    ['the folder alone', [folder('chat-7d9f.x-0')], { ...chat, container: undefined, unknown: expect.stringContaining('only the folder') }],
    ['they contradict', [log('chat', 'vllm'), folder('other')], { uid, unknown: expect.stringContaining('contradict') }],
    ['the log of another container', [log('chat', 'vllm', node)], { uid, unknown: expect.stringContaining('no log of it') }],
    ['the folder of another pod', [folder('chat', hash)], { uid, unknown: expect.stringContaining('no log of it') }],
    ['no names of DNS', [log('Chat', 'vllm'), log('a_b', 'vllm')], { uid, unknown: expect.stringContaining('no log of it') }],
    ['none', [], { uid, unknown: expect.stringContaining('no log of it') }],
  ])('%s', (_, paths, expected) => {
    expect(show(paths)).toEqual(expected)
  })

  test('Docker names its container after the pod, when it is that one', () => {
    expect(show([], `k8s_vllm_chat-7d9f.x-0_ai_${uid}_2`)).toEqual({ ...chat, container: 'vllm' })
    expect(show([], `k8s_vllm_chat_ai_${hash}_2`)).toMatchObject({ unknown: expect.any(String) })
  })

  test('an audit from before they were looked for, and names that may not be listed', () => {
    expect(podOf({ cgroup })).toEqual({ uid, unknown: 'its logs were not looked for' })
    expect(podOf({ cgroup, podLogs: { paths: [], unread: true, line: 1 } })).toEqual({
      uid,
      unknown: expect.stringContaining('may list neither'),
    })
  })

  test('an account that poses as the kubelet does not get the names of a pod', () => {
    const posing = `/user.slice/user-1000.slice/user@1000.service${cgroup}`
    expect(podOf({ cgroup: posing, podLogs: { paths: [log('chat', 'vllm')], unread: false, line: 1 } })).toEqual({
      uid,
      unknown: expect.stringContaining('not that of this host'),
    })
  })
})

test('any path is read without a throw, and what is found stands in it', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'kubepods',
      'burstable',
      'kubepods.slice',
      `pod${uid}`,
      `kubepods-pod${flat}.slice`,
      id,
      `crio-${id}.scope`,
      'user@1.service',
    ),
    fc.string({ maxLength: 80 }),
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.string({ maxLength: 99 }), { maxLength: 3 }), (parts, paths) => {
      const cgroup = parts.join('/')
      const pod = podOf({ cgroup, podLogs: { paths, unread: false, line: 1 } })
      if (pod === undefined) return
      expect(cgroup.replaceAll('_', '-')).toContain(`pod${pod.uid}`)
      expect(pod.name !== undefined || pod.unknown !== undefined).toBe(true)
    }),
  )
})
