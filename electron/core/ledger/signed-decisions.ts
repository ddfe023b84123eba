import { createPublicKey, verify } from 'node:crypto'
import type { SignedDecision } from '#shared/model/signed-decision.ts'
import type { ConsoleKey } from '../signing/console-key.ts'
import type { Ledger } from './ledger.ts'
import type { LedgerRecord } from './record.ts'

/** What is decided about: one version of one thing. A changed byte is another one. */
export interface Decided {
  readonly id: string
  readonly version: number
  readonly sha256: string
}

export type Verdict = SignedDecision['decision']

export interface SignedDecisionPorts {
  readonly ledger: Pick<Ledger, 'append' | 'read'>
  readonly key: () => ConsoleKey
  /** Account of the person at this console. */
  readonly account: string
}

/** What people decided about things of one kind: records of the ledger, each signed by the key of this console. */
export interface SignedDecisions {
  /** The last decision about each version, by `keyOf`. One whose signature is not by this console approves nothing. */
  all(): ReadonlyMap<string, SignedDecision>
  /** Throws what the ledger and the key throw; then nothing is decided. `host` is the one that it is about, if any. */
  decide(decision: Verdict, about: Decided, note: string, host?: string): void
}

/** A decision binds to one content: another version or another byte is another one. */
export const keyOf = ({ id, version, sha256 }: Decided): string => `${id} ${version} ${sha256}`

const verdicts: readonly Verdict[] = ['approve', 'withdraw']

/** `kind` names the record (`plan.approve`), its digest, and what is signed, so that one kind does not pass for another. */
export function createSignedDecisions(kind: 'template' | 'plan', { ledger, key, account }: SignedDecisionPorts): SignedDecisions {
  /** What is signed: one fact a line, the note last, since it alone may have several. */
  const signedBytes = (decision: Verdict, { id, version, sha256 }: Decided, who: string, note: string): Buffer =>
    Buffer.from(`gatehouse-${kind}-decision-1\n${decision}\n${id}\n${version}\n${sha256}\n${who}\n${note}\n`)

  function decisionOf(record: LedgerRecord, { keyId, publicKeyPem }: ConsoleKey): [string, SignedDecision][] {
    const decision = verdicts.find((verdict) => record.action === `${kind}.${verdict}`)
    const [, id = '', version = ''] = /^(\S+) (\d+)$/.exec(record.subject) ?? []
    const sha256 = record.digests[kind]
    const [, note = '', signer = '', signature = ''] =
      /^([\s\S]*) \(Ed25519 ([0-9a-f]{32}) ([A-Za-z0-9+/=]{88})\)$/.exec(record.detail) ?? []
    if (decision === undefined || sha256 === undefined || id === '') return []
    const about = { id, version: Number(version), sha256 }
    const bytes = signedBytes(decision, about, record.who, note)
    const sound = signer === keyId && verify(null, bytes, createPublicKey(publicKeyPem), Buffer.from(signature, 'base64'))
    // Whoever withdraws is believed; whoever approves must have signed.
    if (!sound && decision === 'approve') return []
    return [[keyOf(about), { decision, by: record.who, at: record.at, note, keyId: signer }]]
  }

  return {
    all() {
      const records = ledger.read().records.filter(({ action }) => verdicts.some((verdict) => action === `${kind}.${verdict}`))
      if (records.length === 0) return new Map()
      const own = key()
      return new Map(records.flatMap((record) => decisionOf(record, own)))
    },
    decide(decision, about, note, host = '') {
      const { keyId, sign } = key()
      const signature = Buffer.from(sign(signedBytes(decision, about, account, note))).toString('base64')
      ledger.append({
        action: `${kind}.${decision}`,
        host,
        subject: `${about.id} ${about.version}`,
        detail: `${note} (Ed25519 ${keyId} ${signature})`,
        digests: { [kind]: about.sha256 },
      })
    },
  }
}
