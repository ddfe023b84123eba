import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseContainers } from '../containers/parse.ts'
import { parseUnits } from '../units/parse.ts'
import { assembleServices } from './assemble.ts'
import { containerOfUnit } from './container-run.ts'

/** Quadlets of Podman 5.4 on Debian 13: containers, one in a `.pod`, a `.kube`, and one that is stopped. As the audit account sees them with its line of sudo. */
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const listed = parseContainers(read('containers/__fixtures__/debian-13-podman-quadlets-list.txt'))
if (!listed.ok) throw new Error(listed.reason)
const { containers } = listed.containers
const units = parseUnits(read('units/__fixtures__/debian-13-quadlets.txt'))
if (!units) throw new Error('not read')

test('what runs is known by the unit that made it, and by the file of that', () => {
  const services = assembleServices({ processes: [], listeners: [], units, containers, accounts: undefined })
  const made = services.map(({ id, running, binds, madeFrom }) => [
    id,
    running,
    binds.map(({ address, port }) => `${address}:${port}`),
    madeFrom?.path,
  ])
  expect(made).toEqual(
    expect.arrayContaining([
      ['vllm', true, ['127.0.0.1:8001', '::1:8001'], '/etc/containers/systemd/vllm.container'],
      ['systemd-podvllm', true, ['0.0.0.0:9000'], '/etc/containers/systemd/podvllm.container'],
      ['play-ollama', true, ['0.0.0.0:11500'], '/etc/containers/systemd/play.kube'],
      ['systemd-stopped', false, ['0.0.0.0:8009'], '/etc/containers/systemd/stopped.container'],
    ]),
  )
})

test('one in a pod publishes what the pod does, which its own unit does not name', () => {
  const pod = units.find(({ id }) => id === 'podvllm.service')
  expect(pod && containerOfUnit(pod)?.portsUnknown).toBeDefined()
})

test('a unit tells what a listing does not', () => {
  const host = units.find(({ id }) => id === 'host.service')
  expect(host && containerOfUnit(host)).toMatchObject({
    privileged: true,
    mounts: [{ source: '/', destination: '/host', readOnly: false }],
  })
})
