import { describe, expect, test } from 'vitest'
import type { Unit } from '../units/units.ts'
import { assembleServices } from './assemble.ts'
import { base, container, id, process, unit } from './services.testing.ts'
import type { ServiceSources } from './sources.ts'

describe('a container that a unit starts', () => {
  const services = (sources: Partial<ServiceSources>) => assembleServices({ ...base, ...sources })
  const quadlet = (publish: string, more: Partial<Unit> = {}) =>
    unit({
      id: 'chat.service',
      user: '',
      execStart: `/usr/bin/podman run --name=systemd-chat --cgroups=split -d --publish ${publish} docker.io/ollama/ollama:0.6.2`.split(' '),
      sourcePath: '/etc/containers/systemd/chat.container',
      fragmentPath: '/run/systemd/generator/chat.service',
      activeState: 'inactive',
      ...more,
    })
  const madeFrom = { unit: 'chat.service', path: '/etc/containers/systemd/chat.container', quadlet: true }
  const running = process(70, 'ollama serve', { cgroup: `/system.slice/chat.service/libpod-payload-${id}` })

  test('is found while it is stopped', () => {
    const found = services({ processes: [], units: [quadlet('0.0.0.0:11434:11434')] })
    expect(found).toMatchObject([{ id: 'systemd-chat', engine: 'ollama', how: 'container', running: false, madeFrom }])
    expect(found[0]?.binds).toMatchObject([{ address: '0.0.0.0', port: 11_434, section: 'units', line: 5, basis: 'configured' }])
  })

  test('is one with its processes, by the cgroup; where the engine cannot be asked, what the unit publishes is configured', () => {
    const [service, ...others] = services({ processes: [running], units: [quadlet('0.0.0.0:11434:11434', { activeState: 'active' })] })
    expect(others).toEqual([])
    expect(service).toMatchObject({
      how: 'container',
      running: true,
      madeFrom,
      configuredBinds: [{ address: '0.0.0.0', section: 'units' }],
    })
  })

  test('is one with the container of its name', () => {
    const named = container({ name: 'systemd-chat', runtime: 'podman' })
    expect(services({ processes: [], containers: [named], units: [quadlet('11434:11434')] })).toMatchObject([
      { id: 'systemd-chat', madeFrom },
    ])
    const elsewhere = { ...running, cgroup: `/machine.slice/libpod-${id}.scope` }
    expect(services({ processes: [elsewhere], containers: [named], units: [quadlet('11434:11434')] })).toMatchObject([{ madeFrom }])
  })

  test('by a unit that somebody wrote is made from that', () => {
    const written = quadlet('11434:11434', { sourcePath: '', fragmentPath: '/etc/systemd/system/chat.service' })
    expect(services({ processes: [], units: [written] })[0]?.madeFrom).toMatchObject({
      path: '/etc/systemd/system/chat.service',
      quadlet: false,
    })
  })

  test('with another image is no server', () => {
    const other = quadlet('80:80', { execStart: ['podman', 'run', '--name=systemd-chat', 'docker.io/library/nginx'] })
    expect(services({ processes: [], units: [other] })).toEqual([])
  })
})
