import { type FactResults, probeContextOf, readFacts, sectionsOf } from '#core/facts/registry.ts'
import { evaluate } from '#core/policy/engine.ts'
import { controls } from '#core/policy/registry.ts'
import { displayOf } from '#core/probe/build-script.ts'
import type { SectionOutput } from '#core/probe/section.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { answerSection } from '#testing/demo/answers/answers.ts'
import type { DemoHost } from '#testing/demo/demo-host.ts'
import { shippedBook } from '../advisories/shipped.ts'
import type { ViewSources } from './view-sources.ts'

interface Changes {
  /** Sections that sudo refused. */
  readonly denied?: readonly string[]
  /** What other sections answered instead. */
  readonly outputs?: Readonly<Record<string, Partial<SectionOutput>>>
  readonly edit?: Readonly<Record<string, (stdout: string) => string>>
}

/** What views of a host of the demo fleet are made from, without a network. */
export function sourcesOf(
  host: DemoHost,
  { denied: refused = [], outputs: others = {}, edit = {} }: Changes = {},
): ViewSources & { readonly facts: FactResults } {
  const fleet = fleetSchema.parse({
    version: 1,
    name: 'demo',
    identities: { audit: { user: 'gatehouse-ro' } },
    hosts: [{ name: host.name, address: host.address }],
  })
  const entry = fleet.hosts[0] as (typeof fleet.hosts)[number]
  const context = probeContextOf(fleet, entry)
  const outputs = new Map(
    sectionsOf(context).map((section): [string, SectionOutput] => {
      const denied = refused.includes(section.id)
      const answer = denied ? undefined : answerSection(host, section)
      return [
        section.id,
        {
          id: section.id,
          command: displayOf(section),
          privileged: true,
          durationMs: 1,
          bytes: 1,
          sha256: '0'.repeat(64),
          state: denied ? 'denied' : answer ? 'ok' : 'missing',
          exitCode: answer?.exitCode ?? null,
          stdout: (edit[section.id] ?? String)(answer?.stdout ?? ''),
          stderr: answer?.stderr ?? '',
          ...(denied && { sudoers: `gatehouse-ro ALL=(root) NOPASSWD: /usr/bin/${section.id}` }),
          ...others[section.id],
        },
      ]
    }),
  )
  const facts = readFacts(outputs, context)
  const advisories = shippedBook()
  return { facts, outputs, advisories, findings: evaluate(controls, facts, outputs, { fleet, host: entry, now: Date.now(), advisories }) }
}
