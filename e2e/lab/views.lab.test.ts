import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shippedBook } from '#core/advisories/shipped.ts'
import { createAuditRepo } from '#core/store/audit.repo.ts'
import { openDatabase } from '#core/store/database.ts'
import { hostGpus } from '#core/views/gpus-view.ts'
import { hostHardening } from '#core/views/hardening-view.ts'
import { hostPackages } from '#core/views/packages-view.ts'
import { hostServices } from '#core/views/services-view.ts'
import { createViewService } from '#core/views/view-service.ts'
import type { ViewSources } from '#core/views/view-sources.ts'
import { hostGpusSchema } from '#shared/model/host-gpus.ts'
import { hostHardeningSchema } from '#shared/model/host-hardening.ts'
import { hostPackagesSchema } from '#shared/model/host-packages.ts'
import { hostServicesSchema } from '#shared/model/host-services.ts'
import { audit } from './audit.ts'
import { labFleet, type Server, servers } from './lab.ts'

/** What the tabs of a host show of real hosts: stored answers of an audit, read again. */

let data: string
let show: <V>(host: Server, project: (sources: ViewSources) => V) => V
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
  await audit(data)
  const repo = createAuditRepo(openDatabase(data, Date.now()).database)
  const fleet = labFleet()
  const views = createViewService({
    repo,
    log: () => {},
    advisories: shippedBook,
    audit: ({ name }, host) => repo.newest(name, host, 1)[0]?.audit ?? null,
  })
  show = (host, project) => {
    const view = views.show(fleet, host, project)
    if (view === null) throw new Error(`nothing is stored of ${host}`)
    return view
  }
})
afterAll(() => rmSync(data, { recursive: true }))

test.each(servers)('%s: every tab has something to show, in the form of its contract', (server) => {
  expect(hostServicesSchema.parse(show(server, hostServices)).services).not.toEqual([])
  expect(hostHardeningSchema.parse(show(server, hostHardening)).groups).not.toEqual([])
  expect(hostGpusSchema.parse(show(server, hostGpus)).gpus).not.toEqual([])
  expect(hostPackagesSchema.parse(show(server, hostPackages)).software).not.toEqual([])
})

test('gpu1: real units, with what systemd says of them', () => {
  const { services, gaps } = show('gpu1', hostServices)
  expect(gaps).toEqual([])
  expect(services.map(({ name, how, unit, account, state }) => [name, how, unit, account, state])).toEqual([
    ['vLLM', 'unit', 'vllm.service', 'vllm', 'active (running)'],
    ['nginx', 'unit', 'nginx.service', 'root', 'active (running)'],
  ])
  expect(services[0]?.restart).toEqual({ policy: 'on-failure', count: 0, reloadNeeded: false })
  const { groups } = show('gpu1', hostHardening)
  const unit = groups.find(({ title }) => title === 'Unit of vLLM (vllm.service)')?.rows ?? []
  expect(unit.filter(({ verdict }) => verdict !== undefined && verdict.status !== 'pass')).toEqual([])
  expect(unit.find(({ name }) => name === 'PrivateDevices')?.cuda).toBe('would-break')
})

test('gpu3: what cron started is a bare process, and what sudo refused is named with its line', () => {
  const { services, gaps } = show('gpu3', hostServices)
  expect(services.find(({ name }) => name === 'llama.cpp')).toMatchObject({ how: 'process', account: 'root', running: true })
  expect(gaps).toEqual([{ reason: expect.stringContaining('owners'), sudoers: [expect.stringContaining('ss -Htulnp')] }])
  const hardening = show('gpu3', hostHardening)
  expect(hardening.gaps.flatMap(({ sudoers }) => sudoers)).toContainEqual(expect.stringMatching(/NOPASSWD: \S*sshd -T/))
  const sshd = hardening.groups.find(({ id }) => id === 'sshd')?.rows ?? []
  expect(sshd.length).toBeGreaterThan(0)
  expect(sshd.map(({ verdict }) => verdict?.status)).toEqual(sshd.map(() => 'not-evaluated'))
})
