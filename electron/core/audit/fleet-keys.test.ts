import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Finding } from '#shared/model/finding.ts'
import { fleetSchema, type Host } from '#shared/model/fleet.ts'
import { createAdvisoryBook } from '../advisories/advisory-book.ts'
import { controls } from '../policy/registry.ts'
import type { SectionOutput } from '../probe/section.ts'
import { printed } from '../probe/section-output.testing.ts'
import { createAuditRepo } from '../store/audit.repo.ts'
import { openDatabase } from '../store/database.ts'
import { judgeRecording, recordOf } from './audit-host.ts'
import { createAuditService } from './audit-service.ts'
import { createFleetKeys } from './fleet-keys.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'gatehouse-ro' } },
  hosts: ['a', 'b', 'c'].map((name) => ({ name, address: '10.0.0.1' })),
})
const hostOf = (name: string) => fleet.hosts.find((host) => host.name === name) as Host
const NOW = Date.UTC(2026, 10, 25)
const AT = new Date(NOW).toISOString()
const control = 'access-keys-one-person'

/** A hash for each: equal answers are read once. */
const section = (id: string, stdout: string): SectionOutput =>
  printed(id, stdout, { sha256: Buffer.from(`${id} ${stdout}`).toString('hex') })

/** A host with these accounts and the letters that their keys are made of; `null`: sudo refused the look for keys. */
function answers(keys: Readonly<Record<string, string>> | null): Map<string, SectionOutput> {
  const names = Object.keys(keys ?? { ada: '' })
  const rows = Object.entries(keys ?? {}).map(
    ([name, letter], index) =>
      `=/home/${name}/.ssh/authorized_keys:${index + 1}:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)} ${name}`,
  )
  const all = [
    section('accounts', names.map((name, at) => `${name}:x:${1001 + at}:1001::/home/${name}:/bin/bash\n`).join('')),
    section('groups', 'root:x:0:\n@sources\n=accounts: files\n'),
    section('sshd', 'port 22\nauthorizedkeysfile .ssh/authorized_keys\nauthorizedkeyscommand none\n'),
    section('processes', ''),
    section('access', [`@keys ${keys === null ? 126 : 0}`, ...rows, ''].join('\n')),
  ]
  return new Map(all.map((output) => [output.id, output]))
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-fleet-keys-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function desk() {
  const repo = createAuditRepo(openDatabase(folder, NOW).database)
  const advisories = () => createAdvisoryBook([], [])
  const judge = (host: Host, outputs: ReadonlyMap<string, SectionOutput>) =>
    judgeRecording({ host, fleet, outputs, controls, advisories: advisories(), at: NOW })
  /** As the audit service does it, one host after another. */
  async function audit(id: string, hosts: Readonly<Record<string, Readonly<Record<string, string>> | null>>): Promise<void> {
    repo.begin({ id, fleet: 'dc1', startedAt: AT, gatehouse: '0' })
    const keys = createFleetKeys({ repo, advisories, log: () => undefined }, fleet, id)
    for (const [name, accounts] of Object.entries(hosts)) {
      const outputs = answers(accounts)
      const compared = await keys.compared(hostOf(name), outputs)
      outputs.set(compared.id, compared)
      const base = { name, address: '10.0.0.1', state: 'connected' as const, startedAt: AT, finishedAt: AT }
      const sections = [...outputs.values()].map(recordOf)
      repo.saveHost(id, 'dc1', { ...base, sections, ...judge(hostOf(name), outputs) }, outputs.values())
    }
    await keys.settle()
  }
  const told = ({ control: id, status, reason }: Finding) => (id === control ? `${status}: ${reason}` : [])
  return {
    repo,
    judge,
    audit,
    says: (name: string) => repo.newest('dc1', name, 1)[0]?.audit.findings.flatMap(told),
  }
}

test('a key of two people on two hosts is told on both, whichever was looked at first', async () => {
  const { audit, says } = desk()
  await audit('one', { a: { ada: 'k', eve: 'e' }, b: { bob: 'k' }, c: { eve: 'e' } })
  expect(says('a')).toEqual([expect.stringMatching(/^warning: SHA256:\S+ opens ada here and bob on b\.$/)])
  expect(says('b')).toEqual([expect.stringMatching(/^warning: SHA256:\S+ opens bob here and ada on a\.$/)])
  expect(says('c')).toEqual(['pass: 1 key was looked for on 2 other hosts.'])
})

test('hosts that an audit leaves out are known by their last one; those never looked at, and those that refuse, are not', async () => {
  const { audit, says } = desk()
  await audit('one', { b: { bob: 'k' } })
  expect(says('b')).toEqual(['not-evaluated: a: it was not looked at yet; c: it was not looked at yet.'])
  await audit('two', { a: { ada: 'k' } })
  expect(says('a')).toEqual([expect.stringMatching(/^warning: .* bob on b\.$/)])
  await audit('three', { a: { ada: 'a' }, c: null })
  expect(says('a')).toEqual(['pass: 1 key was looked for on 1 other host. Not compared, which they say themselves: c.'])
  expect(says('c')).toEqual([expect.stringMatching(/^not-evaluated: Keys of accounts: /)])
})

test('an audit judged again says what it said, whatever other hosts have since', async () => {
  const { repo, audit, judge, says } = desk()
  await audit('one', { a: { ada: 'k' }, b: { bob: 'k' }, c: { eve: 'e' } })
  const before = says('a')
  await audit('two', { b: { bob: 'b' } })
  const newest = repo.newest('dc1', 'a', 1)[0]
  expect(newest?.audit.sections.filter(({ id }) => id === 'fleet-keys')).toHaveLength(1)
  const again = judge(hostOf('a'), repo.outputs('one', 'a'))
  expect(again.findings).toEqual(newest?.audit.findings.map(({ firstSeen: _, lastChanged: __, ...finding }) => finding))
  expect(again.items).toEqual(newest?.audit.items)
  expect(says('a')).toEqual(before)
  const service = createAuditService({
    ...{ clock: { now: () => NOW }, log: () => undefined, repo, version: '0', changed: () => undefined },
    decisions: () => ({ waivers: [], attestations: [] }),
  })
  expect([...(service.reevaluate(fleet)?.hosts ?? [])].find(({ name }) => name === 'a')?.items).toEqual(again.items)
})
