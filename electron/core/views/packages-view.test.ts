import { expect, test } from 'vitest'
import { hostPackagesSchema } from '#shared/model/host-packages.ts'
import { gpu01 } from '#testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '#testing/demo/hosts/gpu-02.ts'
import { gpu04 } from '#testing/demo/hosts/gpu-04.ts'
import { known } from '../facts/fact.ts'
import type { Process } from '../facts/processes/processes.ts'
import { sourcesOf } from './demo-sources.testing.ts'
import { hostPackages } from './packages-view.ts'

const find = (view: ReturnType<typeof hostPackages>, id: string) => view.software.find((one) => one.id === id)

test('engine, driver, packages of the host and of its Python, each with its line', () => {
  const view = hostPackagesSchema.parse(hostPackages(sourcesOf(gpu01)))
  expect(view.gaps).toEqual([])
  expect(find(view, 'engine vllm.service')).toMatchObject({
    version: '0.27.0',
    from: 'endpoint',
    advisories: [],
    verdict: { status: 'pass' },
  })
  expect(find(view, 'engine vllm.service')?.followed).toBeGreaterThan(0)
  expect(find(view, 'driver')).toMatchObject({ version: '580.159.03', from: 'kernel' })
  expect(find(view, 'package nginx')).toMatchObject({ byDistribution: true, advisories: [], verdict: { status: 'pass' } })
  const torch = view.software.find(({ name }) => name === 'torch')
  expect(torch).toMatchObject({
    kind: 'python',
    where: '/opt/vllm/lib/python3.11/site-packages',
    proof: { text: 'torch-2.8.0+cu128.dist-info' },
  })
  expect(view.distribution).toMatchObject({ installed: 612, pending: 0, listsAt: expect.stringMatching(/^\d{4}-/) })
})

test('the advisories that match a version are the ones that its finding rests on', () => {
  const view = hostPackages(sourcesOf(gpu02))
  const ollama = find(view, 'engine ollama.service')
  expect(ollama?.advisories.length).toBeGreaterThan(0)
  expect(ollama?.fixedIn).toBe('0.17.1')
  expect(ollama?.verdict).toMatchObject({ control: 'engine-version-not-vulnerable', status: 'fail' })
})

test('updates that wait: at the package that is looked at by name, and in a row of their own for others', () => {
  const view = hostPackages(sourcesOf(gpu02))
  expect(find(view, 'package sudo')?.pending).toBeDefined()
  const others = view.software.filter(({ pending, id }) => pending !== undefined && id !== 'package sudo')
  expect(others).toHaveLength(1)
  expect(others[0]).toMatchObject({ byDistribution: true, verdict: { control: 'os-security-updates-installed' } })
  expect(view.distribution?.pending).toBe(2)
})

test('software of a vendor is judged by its releases; an image by the engine in it', () => {
  const view = hostPackages(sourcesOf(gpu04))
  expect(find(view, 'package nvidia-container-toolkit')).toMatchObject({
    byDistribution: false,
    verdict: { control: 'container-software-not-vulnerable' },
  })
  expect(find(view, 'package nvidia-container-toolkit')?.followed).toBeGreaterThan(0)
  expect(view.software.find(({ kind }) => kind === 'image')).toMatchObject({
    name: 'localai/localai:v4.9.0-gpu-nvidia-cuda-12',
    version: '4.9.0',
  })
})

test('an unread list of packages is a gap, and the distribution is not said to be up to date', () => {
  const view = hostPackages(sourcesOf(gpu01, { denied: ['updates'] }))
  expect(view.distribution).toBeUndefined()
  expect(view.gaps).toEqual([{ reason: expect.stringContaining('sudo refused'), sudoers: [expect.any(String)] }])
  expect(view.software.some(({ kind }) => kind === 'host-package')).toBe(false)
})

test('images of pods, beside those of containers', () => {
  const sources = sourcesOf(gpu01)
  const id = 'cd'.repeat(32)
  const uid = '11111111-2222-3333-4444-555555555555'
  const cgroup = `/kubepods.slice/kubepods-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${id}.scope`
  const podLogs = { paths: [`/var/log/containers/chat_ai_vllm-${id}.log`], unread: false, line: 2 }
  const inPod: Process = { ...{ pid: 9, ppid: 1, user: 'root', uid: 0, name: 'vllm', argv: [], line: 2 }, cgroup, podLogs }
  const podContainers = [
    { id, image: 'vllm/vllm-openai:v0.9.0rc1', line: 3 },
    { id: 'ef'.repeat(32), image: 'registry.k8s.io/pause:3.10', line: 4 },
  ]
  const facts = {
    ...sources.facts,
    processes: known([inPod]),
    containers: known({ runtimes: [], containers: [], podContainers }),
  }
  const images = hostPackagesSchema.parse(hostPackages({ ...sources, facts })).software.filter(({ kind }) => kind === 'image')
  expect(images).toMatchObject([
    { name: 'vllm/vllm-openai:v0.9.0rc1', version: '0.9.0rc1', where: 'ai/chat/vllm' },
    { name: 'registry.k8s.io/pause:3.10', version: '3.10', where: 'container efefefefefef of a pod', followed: 0 },
  ])
  expect(images[0]?.followed).toBeGreaterThan(0)
})
