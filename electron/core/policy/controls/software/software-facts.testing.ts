import { DAY_MS } from '#shared/day.ts'
import { type Advisory, type Affected, advisorySchema } from '#shared/model/advisory.ts'
import { createAdvisoryBook } from '../../../advisories/advisory-book.ts'
import type { Packages } from '../../../facts/packages/packages.ts'
import type { InstalledPackage, Updates } from '../../../facts/updates/updates.ts'
import type { AnyControl, Control, PolicyContext, Verdict } from '../../control.ts'
import { policyContext } from '../proxy/proxy-facts.ts'

/** Test support: advisories, packages and sources of one host, and what a control says of them. */

export const NOW = Date.UTC(2026, 10, 22)

export const record = (
  id: string,
  ecosystem: string,
  name: string,
  ranges: readonly object[],
  own: object = { severity: 'HIGH' },
): Advisory =>
  advisorySchema.parse({
    id,
    modified: '2026-01-01T00:00:00Z',
    summary: `what ${id} is`,
    affected: [{ package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: ranges }] }] satisfies Affected[] | object[],
    database_specific: own,
  })
export const fixedIn = (version: string) => [{ introduced: '0' }, { fixed: version }]
const driver = (id: string, ...branches: readonly (readonly [string, string])[]): Advisory => ({
  ...record(id, 'upstream', 'nvidia-driver', []),
  affected: [
    {
      package: { ecosystem: 'upstream', name: 'nvidia-driver' },
      ranges: branches.map(([introduced, fixed]) => ({ type: 'ECOSYSTEM', events: [{ introduced }, { fixed }] })),
    },
  ],
})
export const records = [
  record('CVE-V1', 'PyPI', 'vllm', fixedIn('0.11.0'), { severity: 'LOW', exploited: true }),
  record('CVE-V2', 'PyPI', 'vllm', fixedIn('0.12.0'), { severity: 'CRITICAL' }),
  record('CVE-T1', 'PyPI', 'torch', fixedIn('2.6.0'), { severity: 'CRITICAL' }),
  record('CVE-L1', 'upstream', 'llama.cpp', fixedIn('b8492'), { severity: 'CRITICAL' }),
  record('CVE-L2', 'PyPI', 'llama-cpp-python', fixedIn('0.2.72'), { severity: 'CRITICAL' }),
  record('CVE-R1', 'PyPI', 'ray', fixedIn('2.50.0')),
  record('CVE-N1', 'upstream', 'nginx', fixedIn('1.28.3'), { severity: 'HIGH', condition: 'configurations with mp4' }),
  record('CVE-K1', 'Go', 'github.com/NVIDIA/nvidia-container-toolkit', fixedIn('1.17.8'), { severity: 'CRITICAL' }),
  record('CVE-C1', 'Go', 'github.com/caddyserver/caddy/v2', fixedIn('2.11.3')),
  record('CVE-O1', 'Go', 'github.com/oauth2-proxy/oauth2-proxy/v7', fixedIn('7.15.2')),
  driver('CVE-D1', ['535.0', '535.230.02'], ['550.0', '550.144.03'], ['570.0', '570.86.15']),
  driver('CVE-D2', ['535.0', '535.309.01'], ['580.0', '580.159.03'], ['595.0', '595.71.05']),
]
const shipped = { kind: 'shipped', publishedMs: NOW - 5 * DAY_MS } as const
const context = (more: Partial<PolicyContext> = {}): PolicyContext => ({
  ...policyContext(),
  now: NOW,
  advisories: createAdvisoryBook(records, [shipped]),
  ...more,
})
export const ask = (control: AnyControl, given: object, more?: Partial<PolicyContext>): readonly Verdict[] =>
  (control as unknown as Control).evaluate(given as never, context(more))

export const packages = (more: Partial<Packages> = {}): Packages => ({
  ...{ engines: [], environments: [], ofUnknownFolder: [], programs: [] },
  ...more,
})
export const updates = (more: Partial<Updates> = {}): Updates => ({
  manager: 'dpkg',
  packages: [],
  pending: [],
  ofUnknownStream: [],
  installed: 600,
  listsMs: NOW - DAY_MS,
  listLine: 3,
  ...more,
})
export const installed = (name: string, version: string, byDistribution: boolean): InstalledPackage => ({
  ...{ name, version, byDistribution },
  vendor: '',
  line: 20,
})
