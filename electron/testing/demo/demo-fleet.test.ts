import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { probeContextOf, readFacts, sectionsOf } from '#core/facts/registry.ts'
import { displayOf } from '#core/probe/build-script.ts'
import type { SectionOutput } from '#core/probe/section.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { answeredSections, answerSection } from './answers/answers.ts'
import { startDemoFleet } from './demo-fleet.ts'
import { gpu01 } from './hosts/gpu-01.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'demo',
  identities: { audit: { user: 'gatehouse-ro' } },
  hosts: [{ name: 'gpu-01', address: '10.20.4.11' }],
})
const context = probeContextOf(fleet, fleet.hosts[0] as (typeof fleet.hosts)[number])

/** Asked only where the program of the first choice is missing, which no demo host is. */
const fallbacks = ['listeners-proc']

test('nothing of a demo is left: not when it is stopped, and what a killed one left is removed by the next', async () => {
  const ended = spawnSync('true').pid
  const abandoned = mkdtempSync(join(tmpdir(), `gatehouse-demo-home-${ended}-`))
  const running = mkdtempSync(join(tmpdir(), `gatehouse-demo-home-${process.ppid}-`))
  try {
    const demo = await startDemoFleet([gpu01])
    expect([existsSync(abandoned), existsSync(running), existsSync(demo.home)]).toEqual([false, true, true])
    await demo.stop()
    expect(existsSync(demo.home)).toBe(false)
  } finally {
    rmSync(running, { recursive: true })
  }
})

test('the window hears when the jump host of the demo is being connected, and when it is', async () => {
  const demo = await startDemoFleet([gpu01])
  const seen: string[] = []
  const transport = demo.createTransport({ ask: async () => null, reportChangedKey: () => undefined }, (event) =>
    seen.push(`${event} ${transport.jumpStates()[0]?.state}`),
  )
  try {
    const [host = expect.fail()] = demo.fleet.hosts
    await transport.connect(host, { signal: new AbortController().signal })
    expect(seen.slice(0, 2)).toEqual(['connection:changed connecting', 'connection:changed connected'])
  } finally {
    await transport.close()
    await demo.stop()
  }
})

test('the demo answers every section that a probe asks', () => {
  const asked = sectionsOf(context).map(({ id }) => id)
  expect(asked.filter((id) => !answeredSections.includes(id) && !fallbacks.includes(id))).toEqual([])
})

test('the answers of a sound host make every fact known', () => {
  const outputs = new Map(
    sectionsOf(context).map((section): [string, SectionOutput] => {
      const answer = answerSection(gpu01, section)
      const base = { id: section.id, command: displayOf(section), privileged: true, durationMs: 1, bytes: 1, sha256: '0'.repeat(64) }
      return [
        section.id,
        {
          ...base,
          state: answer ? 'ok' : 'missing',
          exitCode: answer?.exitCode ?? null,
          stdout: answer?.stdout ?? '',
          stderr: answer?.stderr ?? '',
        },
      ]
    }),
  )
  const facts = readFacts(outputs, context)
  const ids = [
    'system',
    'network',
    'accounts',
    'listeners',
    'processes',
    'units',
    'containers',
    'services',
    'nginx',
    'caddy',
    'oauth2-proxy',
    'certificates',
    'model-files',
    'firewall',
    'sshd',
    'gpus',
    'packages',
    'updates',
    'sources',
    'gpu-health',
    'os',
    'sudoers',
    'audit-rules',
    'sshd-matches',
    'guarded-files',
  ] as const
  expect(ids.flatMap((id) => (facts[id].known ? [] : [`${id}: ${facts[id].reason}`]))).toEqual([])
  expect(facts.services.known && facts.services.value.map(({ engine, apiKey, user }) => [engine, apiKey, user])).toEqual([
    // Its key stands in a file that the audit account cannot read, as it should; that there is one its answers tell.
    ['vllm', 'set', 'vllm'],
  ])
  expect(facts.gpus.known && facts.gpus.value.length).toBe(2)
})
