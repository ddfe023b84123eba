import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { RecordedReview } from '#shared/model/recorded-review.ts'
import type { Outcome } from '#shared/status.ts'
import { EMPTY_HEAD } from '../../ledger/read-ledger.ts'
import type { PackSources } from './pack-sources.ts'

const at = '2026-11-01T00:00:00.000Z'

export const packControl: ControlEntry = {
  ...{ id: 'inference-bound-to-loopback', item: 'INF-1', title: 'Servers listen locally', severity: 'critical' },
  ...{ rationale: 'Anyone can use it.', references: ['NIST-800-53:SC-7(5)', 'CIS-8:4.4', 'OWASP-LLM:LLM10'] },
}

export const packFinding = (status: Outcome, more: Partial<Finding> = {}): Finding => ({
  ...{ control: packControl.id, item: 'INF-1', status, severity: 'critical', title: 'Port is open', subject: 'ollama.service' },
  ...{ reason: 'Bound to every interface.', rationale: packControl.rationale, references: [...packControl.references] },
  evidence: [
    {
      ...{ section: 'listeners', command: 'ss -Htlnp', exitCode: 0, sha256: 'a'.repeat(64), durationMs: 3 },
      lines: [
        { number: 2, text: 'LISTEN 127.0.0.1:22' },
        { number: 3, text: 'LISTEN *:11434', note: 'Bound to every interface.' },
      ],
    },
  ],
  ...more,
})

const hostOf = (name: string, findings: Finding[]): HostAudit => ({
  ...{ name, address: '10.0.0.1', state: 'connected', startedAt: at, finishedAt: at, items: [], findings },
  ...{ sections: [], listeners: [], services: [], gpus: [] },
})

/** Signed; its only account is gone since. */
export const packReview: RecordedReview = {
  ...{ id: 'r1', startedAt: at, startedBy: 'ada', signedAt: at, signedBy: 'Ada Byron' },
  decisions: [
    {
      ...{
        host: 'gpu-01',
        account: 'rey',
        kind: 'account',
        verdict: 'remove',
        note: '',
        decidedBy: 'ada',
        decidedAt: at,
        seen: 'a'.repeat(64),
      },
      ...{ since: 'gone', held: { tier: 'operators', logins: ['SSH key'], capabilities: ['read-logs'] } },
    },
  ],
}

/** What a pack of one host with these findings is made of. */
export function packSources(findings: Finding[]): PackSources {
  const audit: AuditResults = {
    ...{ id: 'a', fleet: 'dc1', startedAt: at, finishedAt: at, gatehouse: '1.0.0', outcome: 'complete' },
    hosts: [hostOf('gpu-01', findings)],
  }
  return {
    ...{ audit, controls: [packControl], outputs: () => [], waivers: [], attestations: [], reviews: [], extra: [], now: Date.parse(at) },
    ledger: { records: [], head: EMPTY_HEAD },
  }
}
