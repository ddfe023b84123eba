import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { deployProgram } from '#core/models/registry/deploy/deploy-program.ts'
import type { Services } from '#core/services.ts'
import type { ModelJob } from '#shared/model/model-job.ts'
import { knownDeployment, takeDeployStep } from './demo-deploy.ts'
import type { DemoHost } from './demo-host.ts'
import { demoMachine } from './demo-machine.ts'
import { openDemoServices } from './demo-services.testing.ts'
import { gpu01 } from './hosts/gpu-01.ts'
import { gpu02 } from './hosts/gpu-02.ts'
import { gpu04 } from './hosts/gpu-04.ts'
import { expectations, minilm, registry } from './hosts/models.ts'
import { STORE } from './hosts/ollama.ts'
import { digestOf, smallFile } from './model-bytes.ts'

let services: Services
let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-deploy-'))
})
afterEach(async () => {
  await services.close()
  rmSync(data, { recursive: true })
})

const model = 'all-minilm-l6-v2'
const fleet = () => services.fleet.require()
const look = (hosts: readonly string[]) => services.models.start(fleet(), services.transport(), { hosts, scan: true, hash: true }).done
const placed = () => services.models.overview(fleet()).artifacts.find(({ name }) => name === model)

/** As the board takes it there. */
async function approved(storage: DemoHost = gpu02): Promise<string> {
  services = await openDemoServices([gpu01, storage, gpu04], { clock: { now: () => Date.now() }, data })
  const { stated, url } = expectations.find((it) => it.model === model) ?? raise()
  services.models.expect(fleet(), model, stated, { url, readBy: 'Ada', readOn: '2026-11-26' })
  await look(['gpu-04'])
  const source = 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2'
  const asked = { model, name: 'Ada', source, revision: '', purpose: 'Search', licence: 'Apache-2.0', hosts: [] }
  const { id } = services.registry.request(fleet(), asked)
  services.registry.review(fleet(), { id, host: 'gpu-04', name: 'Bob', note: '' })
  services.registry.test(fleet(), { id, name: 'Bob', where: 'lab-01', passed: true, result: 'answers' })
  services.registry.approve(fleet(), { id, name: 'Bob', tiers: ['users'], hosts: ['gpu-01', 'gpu-04'] })
  return id
}
const deploy = (id: string, owner = 'vllm') => services.deployments.start(fleet(), services.transport(), { id, hosts: ['gpu-01'], owner })
const raise = (): never => {
  throw new Error('the demo has this model')
}
const failure = ({ hosts }: ModelJob) => hosts[0]?.failure?.detail ?? ''

test('a deployment is stopped, seen by nobody, goes on, and stands as approved in the next listing', async () => {
  const id = await approved()
  const first = deploy(id)
  const before = await new Promise<number>((resolve) => {
    const poll = setInterval(() => {
      const { bytesDone = 0 } = services.models.job()?.hosts[0] ?? {}
      if (bytesDone < 20_000_000) return
      clearInterval(poll)
      services.models.cancel()
      resolve(bytesDone)
    }, 10)
  })
  expect((await first.done).hosts).toMatchObject([{ stage: 'cancelled' }])
  await look(['gpu-01'])
  expect(placed()?.places.map(({ host }) => host)).toEqual(['gpu-04'])

  const second = deploy(id)
  const lowest = await new Promise<number>((resolve) => {
    const poll = setInterval(() => {
      const { stage, bytesDone = 0 } = services.models.job()?.hosts[0] ?? {}
      if (stage !== 'copying' || bytesDone === 0) return
      clearInterval(poll)
      resolve(bytesDone)
    }, 5)
  })
  expect(lowest).toBeGreaterThan(before / 4)
  expect((await second.done).hosts).toMatchObject([{ stage: 'done' }])
  await look(['gpu-01'])
  expect(placed()).toMatchObject({ state: 'verified', places: [{ host: 'gpu-01', owner: 'vllm', mode: 0o750 }, { host: 'gpu-04' }] })
  expect(placed()?.approvals.map(({ approval }) => approval)).toEqual(['approved', 'approved'])
  expect(services.registry.get(fleet(), id).steps.at(-1)).toMatchObject({ step: 'deployed', host: 'gpu-01', path: `/srv/models/${model}` })
}, 180_000)

test('other bytes under the right name do not come in', async () => {
  const [[, config] = raise()] = minilm.files
  const forged = smallFile('root', 0o444, `${' '.repeat(config.size - 1)}\n`)
  const id = await approved({ ...gpu02, files: new Map([...gpu02.files, [`${registry.path}/blobs/${digestOf(config)}`, forged]]) })
  expect(failure(await deploy(id).done)).toContain('differs')
  await look(['gpu-01'])
  expect(placed()?.places.map(({ host }) => host)).toEqual(['gpu-04'])
}, 180_000)

test('a directory of root asks for an owner, and an owner must be known', async () => {
  const id = await approved()
  expect(failure(await deploy(id, '').done)).toContain('no owner was named, and /srv/models belongs to root')
  expect(failure(await deploy(id, 'ollama').done)).toContain('the owner ollama is not known')
}, 180_000)

/** With the models that the demo comes with as approved. */
async function withApprovals(host: DemoHost): Promise<void> {
  services = await openDemoServices([host], { clock: { now: () => Date.now() }, data })
  await services.openDemo()
}

test('an Ollama model: what the store has not is laid out there, and the tag is the approved one again', async () => {
  await withApprovals(gpu02)
  const tag = () => services.models.overview(fleet()).artifacts.find(({ name }) => name === 'llama3:latest')
  await look(['gpu-02'])
  expect(tag()).toMatchObject({ state: 'differs', approvals: [{ approval: 'changed' }] })
  const request = { id: 'demo-llama3-latest', hosts: ['gpu-02'], owner: '' }
  const job = await services.deployments.start(fleet(), services.transport(), request).done
  expect(job.hosts).toMatchObject([{ stage: 'done', filesDone: 4 }])
  await look(['gpu-02'])
  expect(tag()).toMatchObject({ state: 'verified', approvals: [{ approval: 'approved' }], places: [{ owner: 'ollama' }] })
  const manifests = `${STORE}/manifests/registry.ollama.ai/library/llama3/latest`
  expect(services.registry.get(fleet(), request.id).steps.at(-1)).toMatchObject({ step: 'deployed', host: 'gpu-02', path: manifests })
}, 180_000)

test('a folder that is no store of Ollama takes no model of it', async () => {
  const files = new Map([...gpu02.files].filter(([path]) => path !== `${STORE}/manifests`))
  await withApprovals({ ...gpu02, files })
  const request = { id: 'demo-llama3-latest', hosts: ['gpu-02'], owner: '' }
  expect(failure(await services.deployments.start(fleet(), services.transport(), request).done)).toContain('is no store of Ollama')
})

test('another program than this build would send is not answered', () => {
  const target = { layout: 'directory', root: '/srv/models', name: 'm', owner: 'vllm:', manifest: '', stage: '.gatehouse-1' } as const
  const files = [{ name: "it's", sha256: 'a'.repeat(64), bytes: 3 }]
  const program = deployProgram('begin', { ...target, files }, 'b'.repeat(32))
  expect(knownDeployment(program)?.target).toEqual({ ...target, files })
  expect(takeDeployStep(demoMachine(gpu01), program)).toBe(`${'b'.repeat(32)} have 1 0\n${'b'.repeat(32)} end\n`)
  expect(takeDeployStep(demoMachine(gpu01), program.replace('umask 077', 'umask 022'))).toBeUndefined()
})
