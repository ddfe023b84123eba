import { describe, expect, test, vi } from 'vitest'
import type { ErrorCode } from '#shared/error-catalogue.ts'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { OperateVerb } from '#shared/model/operate.ts'
import type { LedgerEntry } from '../ledger/record.ts'
import type { HostSession, Transport } from '../ports.ts'
import type { ViewService } from '../views/view-service.ts'
import { createOperateJobs } from './operate-jobs.ts'
import { createOperateService } from './operate-service.ts'

const fleet = fleetSchema.parse({
  ...{ version: 1, name: 'dc1', hosts: [{ name: 'gpu-01', address: '10.0.0.1' }] },
  identities: { audit: { user: 'look' }, operate: { user: 'op' } },
})
const uid = '0a1b2c3d-0000-4111-8222-333344445555'
const services = [
  { name: 'Ollama', how: 'unit', unit: 'ollama.service', binds: [{ port: 11434 }] },
  { name: 'vLLM', how: 'pod', pod: { uid, namespace: 'ai', name: 'chat-0', container: 'vllm' }, binds: [] },
  { name: 'kubelet', how: 'unit', unit: 'kubelet.service', binds: [{ port: 10250 }] },
  { name: 'kubelet', how: 'unit', unit: 'k3s-agent.service', binds: [{ port: 10250 }] },
  { name: 'LocalAI', kind: 'engine', how: 'container', container: 'localai', binds: [{ port: 8080 }] },
  { name: 'llama.cpp', kind: 'engine', how: 'container', container: 'b0b0b0b0b0b0', binds: [] },
  { name: 'Open WebUI', kind: 'program', how: 'container', container: 'webui', binds: [] },
]
const id = '4f'.repeat(32)
const containers = { known: true, value: { runtimes: ['docker'], containers: [{ name: 'localai', runtime: 'docker', id }] } }
vi.mock('../views/services-view.ts', () => ({ hostServices: () => ({ services }) }))
// A second passes at once, and so does the clock.
let now = 0
vi.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => {
    now += ms
  },
}))

/** A host with one unit. `on` is told of each program before it is answered, and may break the link. */
function host(on: (verb: string, count: number) => ErrorCode | undefined = () => undefined, said = 'exit 0') {
  const seen: string[] = []
  const unit = { active: true, run: 1 }
  const exec: HostSession['exec'] = async (command, { stdin = '', onStdout }) => {
    const value = (name: string) => new RegExp(`^${name}='(.*)'$`, 'm').exec(stdin)?.[1] ?? ''
    const verb = value('gh_verb')
    seen.push(verb === 'look' ? verb : `${verb} ${command} ${value('gh_sudo')}`)
    const before = on(verb, seen.filter((one) => one.startsWith(verb)).length)
    if (verb !== 'look' && said === 'exit 0') {
      unit.active = verb !== 'stop'
      unit.run++
    }
    if (before) throw new GatehouseError({ code: before, detail: 'cut' })
    const shown = ['LoadState=loaded', `ActiveState=${unit.active ? 'active' : 'inactive'}`, `MainPID=${unit.active ? unit.run : 0}`].map(
      (line) => `show ${line}`,
    )
    const lines = verb === 'look' ? [...shown, 'sockets', ...(unit.active ? ['port 2CAA'] : [])] : said.split('\n')
    onStdout(Buffer.from([...lines, 'end'].map((line) => `${value('gh_k')} ${line}\n`).join('')))
    return { exitCode: 0 }
  }
  const transport = { connect: async () => ({ exec, close: () => undefined }) } as unknown as Transport
  return { transport, seen }
}

function desk() {
  now = 0
  const noted: LedgerEntry[] = []
  const views = {
    show: (_: unknown, __: string, project: (sources: never) => unknown) =>
      project({ facts: { containers, accounts: { known: false } } } as never),
  } as ViewService
  const clock = { now: () => now }
  const operate = createOperateService({ clock, views, ledger: { append: (entry) => noted.push(entry) as never } })
  return {
    noted: () => noted.map(({ action, detail }) => `${action} ${detail}`),
    operate,
    jobs: createOperateJobs({ clock, operate, changed: () => undefined }),
  }
}

const run = async (verb: OperateVerb, { transport }: ReturnType<typeof host>, signal = new AbortController().signal) => {
  const { operate, noted } = desk()
  const result = await operate.run(fleet, transport, { host: 'gpu-01', unit: 'ollama.service', verb }, { signal }).catch(failureOf)
  return { result, noted: noted() }
}

test('looked at, noted, sent through sudo, looked at until it is proven, noted', async () => {
  const it = host()
  const { result, noted } = await run('restart', it)
  expect(result).toMatchObject({ outcome: 'proven', before: { mainPid: 1 }, after: { mainPid: 2 } })
  expect(it.seen.slice(0, 3)).toEqual(['look', 'restart /bin/sh sudo -n', 'look'])
  expect(noted).toEqual(['operate.restart ollama.service as op', expect.stringContaining('operate.proven restart ollama.service: ')])
})

describe('the link', () => {
  test('is cut once the command was taken: the truth is found', async () => {
    const it = host((verb) => (verb === 'restart' ? 'ssh.connection-lost' : undefined))
    expect((await run('restart', it)).result).toMatchObject({ outcome: 'proven' })
  })

  test('stays away: nobody can say, and the ledger says so', async () => {
    const it = host((verb, count) => (verb === 'look' && count > 1 ? 'ssh.unreachable' : undefined))
    const { result, noted } = await run('stop', it)
    expect(result).toMatchObject({ outcome: 'unknown', after: null, detail: expect.stringContaining('not done after 10 minutes') })
    expect(noted.at(-1)).toContain('operate.unknown stop')
  })

  test('comes back with another host key: given up, not waited for', async () => {
    const it = host((verb, count) => (verb === 'look' && count > 1 ? 'ssh.host-key-changed' : undefined))
    expect((await run('stop', it)).result).toMatchObject({ outcome: 'unknown', detail: expect.stringContaining('cut') })
    expect(it.seen.length).toBeLessThan(8)
  })
})

test('sudo refuses: nothing was done, the line is named, and the try is noted', async () => {
  const { result, noted } = await run('restart', host(undefined, 'exit 1\nsaid sudo: a password is required'))
  expect(result).toMatchObject({
    code: 'operate.not-allowed',
    detail: expect.stringContaining('op ALL=(root) NOPASSWD: /usr/bin/systemctl'),
  })
  expect(noted.map((line) => line.split(' ')[0])).toEqual(['operate.restart', 'operate.refused'])
})

test('what would change nothing is not sent, nor what no look knows', async () => {
  const it = host()
  expect((await run('start', it)).result).toMatchObject({ code: 'operate.not-possible', detail: 'ollama.service runs already' })
  expect(it.seen).toEqual(['look'])
  const { operate } = desk()
  expect(() => operate.find(fleet, 'gpu-01', 'ssh.service')).toThrow('No such service')
  expect(() => operate.find(fleet, 'gpu-02', 'ollama.service')).toThrow('No such service')
})

test('nobody waits any more: it goes on, and the job ends as not known', async () => {
  const { jobs } = desk()
  const it = host((verb, count) => {
    if (verb === 'look' && count === 2) jobs.leave()
    return undefined
  })
  const { done } = jobs.start(fleet, it.transport, { host: 'gpu-01', unit: 'ollama.service', verb: 'restart' })
  expect(() => jobs.start(fleet, it.transport, { host: 'gpu-01', unit: 'ollama.service', verb: 'stop' })).toThrow('operated already')
  expect(await done).toMatchObject({
    state: 'finished',
    failure: null,
    result: { outcome: 'unknown', detail: expect.stringContaining('nobody waited') },
  })
})

test.each(['ai/chat-0/vllm', 'chat-0', uid])('a pod is refused with the reason: %s', (asked) => {
  expect(() => desk().operate.find(fleet, 'gpu-01', asked)).toThrow(
    expect.objectContaining({
      failure: { code: 'operate.unknown-unit', host: 'gpu-01', detail: expect.stringMatching(/^ai\/chat-0\/vllm is a pod: .*kubectl/) },
    }),
  )
})

test('what holds the pods of a node is no service of an operator', () => {
  expect(
    desk()
      .operate.units(fleet, 'gpu-01')
      .map(({ unit }) => unit),
  ).toEqual(['ollama.service', 'docker:localai', 'container:b0b0b0b0b0b0'])
  expect(() => desk().operate.find(fleet, 'gpu-01', 'kubelet.service')).toThrow(
    expect.objectContaining({ failure: expect.objectContaining({ detail: 'expected one of ollama.service, docker:localai' }) }),
  )
})

describe('a container', () => {
  /** Docker with one container. `on` is told of each command, and may break the link. */
  function docker(on: (verb: string) => ErrorCode | undefined = () => undefined, said?: string) {
    const seen: string[] = []
    const at = { running: true, run: 1 }
    const exec: HostSession['exec'] = async (_command, { stdin = '', onStdout }) => {
      const nonce = /^gh_k='(.*)'$/m.exec(stdin)?.[1]
      const command = /sudo -n "\$gh_runtime" (.*?) 2>&1/.exec(stdin)?.[1]?.replaceAll("'", '') ?? 'not through sudo'
      const verb = command.split(' ')[1] ?? ''
      seen.push(command.replace(/\{.*\}/, 'FIELDS'))
      const acts = verb !== 'inspect' && said === undefined
      if (acts) at.running = verb !== 'stop'
      if (acts) at.run++
      const broken = on(verb)
      if (broken) throw new GatehouseError({ code: broken, detail: 'cut' })
      const state = `state ${at.running ? 'running' : 'exited'}|${at.running ? at.run : 0}|137|always|false|start ${at.run}|`
      const lines = said?.split('\n') ?? ['exit 0', ...(verb === 'inspect' ? [state, 'sockets', ...(at.running ? ['port 1F90'] : [])] : [])]
      onStdout(Buffer.from([...lines, 'end'].map((line) => `${nonce} ${line}\n`).join('')))
      return { exitCode: 0 }
    }
    return { transport: { connect: async () => ({ exec, close: () => undefined }) } as unknown as Transport, seen }
  }
  const runOn = async (verb: OperateVerb, { transport }: ReturnType<typeof docker>) => {
    const { operate, noted } = desk()
    const request = { host: 'gpu-01', unit: 'docker:localai', verb }
    const result = await operate.run(fleet, transport, request, { signal: new AbortController().signal }).catch(failureOf)
    return { result, noted: noted() }
  }

  test('is named by its id, and in the ledger by both', async () => {
    const it = docker()
    const { result, noted } = await runOn('restart', it)
    expect(result).toMatchObject({ outcome: 'proven', detail: 'docker:localai was restarted: process 2, port 8080 listens' })
    expect(it.seen.slice(0, 3)).toEqual([`container inspect --format FIELDS ${id}`, `container restart ${id}`, expect.any(String)])
    expect(noted[0]).toBe('operate.restart docker:localai (4f4f4f4f4f4f) as op')
  })

  test.each<[string, ErrorCode]>([
    ['the link is cut', 'ssh.connection-lost'],
    ['it takes longer to end than an answer', 'probe.timeout'],
  ])('%s: the truth is found', async (_, code) => {
    const { result } = await runOn(
      'stop',
      docker((verb) => (verb === 'stop' ? code : undefined)),
    )
    expect(result).toMatchObject({ outcome: 'proven', detail: expect.stringMatching(/is stopped; its restart policy can start it again/) })
  })

  test('sudo refuses: the lines that would allow it are said, and nothing is noted', async () => {
    const { result, noted } = await runOn('stop', docker(undefined, 'exit 1\nsaid sudo: a password is required'))
    expect(result).toMatchObject({
      code: 'operate.not-allowed',
      detail: expect.stringMatching(new RegExp(`docker container inspect .* ${id}, .*; op ALL=.* /usr/bin/docker container stop ${id},`)),
    })
    expect(noted).toEqual([])
  })

  test.each([
    ['exit 1\nsaid Error: No such container: 4f4f', /docker: Error: No such container/],
    ['exit 0\nstate running|5|0|no|true|x|', /--rm/],
    ['exit 0\nstate running|5|0|no|false|x|chat.service', /the unit chat\.service runs it/],
    ['exit 0\nstate paused|5|0|no|false|x|', /paused/],
    ['exit 0\nstate sleeping|5|0|no|false|x|', /did not say/],
    ['exit 0\nstate running|5', /did not say/],
  ])('%j: nothing is done', async (said, why) => {
    const it = docker(undefined, said)
    expect((await runOn('restart', it)).result).toMatchObject({ code: 'operate.not-possible', detail: expect.stringMatching(why) })
    expect(it.seen).toHaveLength(1)
  })

  test('that no daemon of root has says so; other programs in containers are not known', () => {
    const find = (unit: string) => () => desk().operate.find(fleet, 'gpu-01', unit)
    for (const asked of ['container:b0b0b0b0b0b0', 'podman:b0b0b0b0b0b0', 'b0b0b0b0b0b0'])
      expect(find(asked)).toThrow(
        expect.objectContaining({ failure: expect.objectContaining({ detail: expect.stringMatching(/only the account/) }) }),
      )
    expect(find('docker:webui')).toThrow('No such service')
  })
})
