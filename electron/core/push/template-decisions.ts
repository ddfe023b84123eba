import { createPublicKey, verify } from 'node:crypto'
import type { TemplateDecision } from '#shared/model/template-entry.ts'
import type { Ledger } from '../audit/ledger/ledger.ts'
import type { LedgerRecord } from '../audit/ledger/record.ts'
import type { ConsoleKey } from '../signing/console-key.ts'

/** One version of one template: a changed byte is another one. */
export interface TemplateVersion {
  readonly id: string
  readonly version: number
  readonly sha256: string
}

export type Verdict = TemplateDecision['decision']

export interface TemplateDecisionPorts {
  readonly ledger: Pick<Ledger, 'append' | 'read'>
  readonly key: () => ConsoleKey
  /** Account of the person at this console. */
  readonly account: string
}

/** What people decided about templates: records of the ledger, each signed by the key of this console. */
export interface TemplateDecisions {
  /** The last decision about each version, by `keyOf`. One whose signature is not by this console approves nothing. */
  all(): ReadonlyMap<string, TemplateDecision>
  /** Throws what the ledger and the key throw; then nothing is decided. */
  decide(decision: Verdict, template: TemplateVersion, note: string): void
}

export const keyOf = ({ id, version, sha256 }: TemplateVersion): string => `${id} ${version} ${sha256}`

export function createTemplateDecisions({ ledger, key, account }: TemplateDecisionPorts): TemplateDecisions {
  return {
    all() {
      const records = ledger.read().records.filter(({ action }) => action in verdicts)
      if (records.length === 0) return new Map()
      const own = key()
      return new Map(records.flatMap((record) => decisionOf(record, own)))
    },
    decide(decision, template, note) {
      const { keyId, sign } = key()
      const signature = Buffer.from(sign(signedBytes(decision, template, account, note))).toString('base64')
      ledger.append({
        action: `template.${decision}`,
        host: '',
        subject: `${template.id} ${template.version}`,
        detail: `${note} (Ed25519 ${keyId} ${signature})`,
        digests: { template: template.sha256 },
      })
    },
  }
}

const verdicts: Readonly<Record<string, Verdict>> = { 'template.approve': 'approve', 'template.withdraw': 'withdraw' }

/** What is signed: one fact a line, the note last, since it alone may have several. */
const signedBytes = (decision: Verdict, { id, version, sha256 }: TemplateVersion, who: string, note: string): Buffer =>
  Buffer.from(`gatehouse-template-decision-1\n${decision}\n${id}\n${version}\n${sha256}\n${who}\n${note}\n`)

function decisionOf(record: LedgerRecord, { keyId, publicKeyPem }: ConsoleKey): [string, TemplateDecision][] {
  const decision = verdicts[record.action]
  const [, id = '', version = ''] = /^(\S+) (\d+)$/.exec(record.subject) ?? []
  const sha256 = record.digests.template
  const [, note = '', signer = '', signature = ''] = /^([\s\S]*) \(Ed25519 ([0-9a-f]{32}) ([A-Za-z0-9+/=]{88})\)$/.exec(record.detail) ?? []
  if (decision === undefined || sha256 === undefined || id === '') return []
  const template = { id, version: Number(version), sha256 }
  const bytes = signedBytes(decision, template, record.who, note)
  const sound = signer === keyId && verify(null, bytes, createPublicKey(publicKeyPem), Buffer.from(signature, 'base64'))
  // Whoever withdraws is believed; whoever approves must have signed.
  if (!sound && decision === 'approve') return []
  return [[keyOf(template), { decision, by: record.who, at: record.at, note, keyId: signer }]]
}
