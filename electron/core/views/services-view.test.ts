import { expect, test } from 'vitest'
import { hostServicesSchema } from '#shared/model/host-services.ts'
import { gpu01 } from '#testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '#testing/demo/hosts/gpu-02.ts'
import { gpu04 } from '#testing/demo/hosts/gpu-04.ts'
import { sourcesOf } from './demo-sources.testing.ts'
import { hostServices } from './services-view.ts'

test('vLLM behind nginx: how each runs, as whom, in which version, with which settings', () => {
  const view = hostServicesSchema.parse(hostServices(sourcesOf(gpu01)))
  expect(view.gaps).toEqual([])
  expect(view.services.map(({ kind, name, how, account, state }) => [kind, name, how, account, state])).toEqual([
    ['engine', 'vLLM', 'unit', 'vllm', 'active (running)'],
    ['proxy', 'nginx', 'unit', 'root', 'active (running)'],
    ['program', 'DCGM exporter', 'unit', 'root', 'running'],
  ])
  const [vllm, nginx] = view.services
  expect(vllm?.version).toMatchObject({
    text: '0.27.0',
    from: 'endpoint',
    proof: { text: 'body http://127.0.0.1:8000/version {"version":"0.27.0"}' },
  })
  expect(vllm?.settings.map(({ name, value }) => `${name} ${value}`)).toEqual([
    'model /srv/models/llama-3.1-8b-instruct',
    '--max-model-len 8192',
    '--max-num-seqs 32',
    '--gpu-memory-utilization 0.9',
    '--no-enable-log-requests on',
    'HF_HUB_OFFLINE 1',
  ])
  expect(vllm?.restart).toEqual({ policy: 'on-failure', count: 0, reloadNeeded: false })
  // What the probe alone cannot know: its models were not hashed yet, and the fleet file here names no network in which a proxy may stand.
  expect(vllm?.open.map(({ control, status }) => `${control} ${status}`)).toEqual([
    'models-served-approved not-evaluated',
    'model-hubs-not-reachable not-evaluated',
  ])
  expect(vllm?.passing).toBeGreaterThan(15)
  expect(nginx?.version).toMatchObject({ text: '1.22.1-9+deb12u3', from: 'host-package' })
  expect(nginx?.binds).toEqual([{ address: '0.0.0.0', port: 443, scope: 'wildcard', basis: 'observed' }])
})

test('open findings stand with the service that they are about, loudest first', () => {
  const [ollama, nginx] = hostServices(sourcesOf(gpu02)).services
  expect(ollama?.open[0]).toEqual({
    control: 'engine-version-not-vulnerable',
    subject: 'ollama.service',
    status: 'fail',
    title: 'Ollama 0.12.6 is vulnerable',
  })
  expect(ollama?.open.map(({ control }) => control)).toContain('inference-unit-sandboxed')
  expect(nginx?.open.map(({ control }) => control)).toContain('management-endpoints-restricted')
})

test('a proxy whose processes are hidden runs, with the sockets that it holds', () => {
  const { services } = hostServices(sourcesOf({ ...gpu02, processes: [] }))
  const shown = services.map(({ name, running, binds, bindsUnknown }) => [name, running, binds.length, bindsUnknown])
  expect(shown).toEqual([['nginx', true, 1, undefined]])
  const unowned = { ...gpu02, processes: [], listeners: gpu02.listeners.map((listener) => ({ ...listener, pid: 0 })) }
  expect(hostServices(sourcesOf(unowned)).services[0]?.bindsUnknown).toBe('the owners of sockets could not be read')
})

test('a container is shown once: by the engine inside', () => {
  const { services } = hostServices(sourcesOf(gpu04))
  expect(services.map(({ kind, how, container }) => [kind, how, container])).toEqual([['engine', 'container', 'localai']])
  expect(services[0]).toMatchObject({ image: 'localai/localai:v4.9.0-gpu-nvidia-cuda-12', restart: {}, version: { from: 'image' } })
})

test('what sudo refused is a gap with its line, and the rest is still listed', () => {
  const view = hostServices(sourcesOf(gpu04, { denied: ['containers'] }))
  expect(view.gaps).toEqual([
    { reason: expect.stringContaining('Containers: sudo refused'), sudoers: ['gatehouse-ro ALL=(root) NOPASSWD: /usr/bin/containers'] },
  ])
  expect(view.services[0]).toMatchObject({ name: 'LocalAI', how: 'container' })
})

test('without processes nothing is said to be absent', () => {
  const view = hostServices(sourcesOf(gpu01, { denied: ['processes', 'units'] }))
  expect(view.gaps.map(({ reason }) => reason).join()).toMatch(/sudo refused/)
})

test('sockets that were read without their owners are a gap, although they were read', () => {
  const lines = ['gatehouse-ro ALL=(root) NOPASSWD: /usr/bin/ss -Htulnp', 'gatehouse-ro ALL=(root) NOPASSWD: /bin/ss -Htulnp']
  const sudoers = lines.join('\n')
  const view = hostServices(sourcesOf(gpu01, { outputs: { listeners: { sudoers } } }))
  expect(view.gaps).toEqual([{ reason: expect.stringContaining('owners'), sudoers: lines }])
})

test('nginx in a container listens on what the container publishes', () => {
  const sources = sourcesOf(gpu01)
  const id = 'b2'.repeat(32)
  const ports = [{ containerPort: 443, hostAddress: '0.0.0.0', hostPort: 8443, protocol: 'tcp' }]
  const container = {
    id,
    name: 'edge',
    image: 'nginx:1.29.3',
    running: true,
    ports,
    hostNetwork: false,
    command: [],
    environment: {},
    mounts: [],
    line: 1,
  }
  const facts = {
    ...sources.facts,
    containers: { known: true, value: { runtimes: [], containers: [container], podContainers: [] }, sections: [] },
    processes: {
      known: true,
      value: [
        {
          pid: 70,
          ppid: 1,
          uid: 0,
          user: 'root',
          name: 'nginx',
          argv: ['nginx: master process nginx'],
          cgroup: `/system.slice/docker-${id}.scope`,
          line: 1,
        },
      ],
      sections: [],
    },
  } as unknown as typeof sources.facts
  const nginx = hostServices({ ...sources, facts }).services.find(({ name }) => name === 'nginx')
  expect(nginx?.binds).toEqual([{ address: '0.0.0.0', port: 8443, scope: 'wildcard', basis: 'observed' }])
})
