import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import type { ExpectedDocument } from '#shared/model/expected-document.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { ExpectedOrigin, ExpectedValue, StatedDigests } from '#shared/model/model-expected.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { openFile } from '../file-source.ts'
import type { ModelService } from '../model-service.ts'
import { type SigningTrust, signingKey } from './model-signing.ts'
import { MAX_DOCUMENT_BYTES, parseExpected } from './parse-expected.ts'

/** Digests that people read in documents of publishers. What stands and what is withdrawn is in the ledger first. */
export interface ExpectedService {
  /** Reads a document on this computer and keeps it until the next one. Rejects with `models.unreadable`, `models.no-digests`. */
  open(path: string): Promise<ExpectedDocument>
  /** Reads the one that was opened (by its SHA-256) again, with whom it must be signed by. Rejects with `models.signature`, and as `open`. */
  verify(document: string, signer: SignerFiles): Promise<ExpectedDocument>
  /** Records what the one that was opened states for a model. Throws `models.no-digests` when it is another one. */
  record(
    fleet: Fleet,
    request: Pick<ExpectedOrigin, 'url' | 'readBy' | 'readOn'> & { readonly document: string; readonly model: string },
  ): ExpectedValue[]
  /** Withdraws what stands for a model; returns how many digests. */
  withdraw(fleet: Fleet, request: { readonly model: string; readonly reason: string }): number
}

export interface ExpectedServicePorts {
  readonly models: Pick<ModelService, 'expect' | 'withdrawExpected'>
  readonly ledger: Pick<Ledger, 'append'>
}

/** Files on this computer that say whom to trust: a public key (PEM), or `trusted_root.json` of Sigstore with an identity and its issuer. */
export type SignerFiles = { readonly keyPath: string } | { readonly rootPath: string; readonly identity: string; readonly issuer: string }

/** A key is a few hundred bytes, a root of trust some ten thousand. */
const MAX_TRUST_BYTES = 1_048_576

async function trustOf(signer: SignerFiles): Promise<SigningTrust> {
  const path = 'keyPath' in signer ? signer.keyPath : signer.rootPath
  const text = (await readSmall(path, MAX_TRUST_BYTES, 'models.signature')).toString('utf8')
  const refused = (detail: string) => new GatehouseError({ code: 'models.signature', detail })
  if ('keyPath' in signer) {
    const key = signingKey(text)
    if (key === undefined) throw refused(`${path} is no PEM public key`)
    return { key }
  }
  // What reads it takes some megabytes of memory, which an engine that is not asked for it does not need.
  const { signingRoot } = await import('./signing-identity.ts')
  const root = signingRoot(text)
  if (root === undefined) throw refused(`${path} is no trusted_root.json with certificate authorities and transparency logs`)
  return { signer: { identity: signer.identity, issuer: signer.issuer, root } }
}

/** Keeps the bytes of the document that was opened last, so that what is verified and recorded is what was shown, whatever becomes of the file. */
export function createExpectedService({ models, ledger }: ExpectedServicePorts): ExpectedService {
  const keep = (bytes: Buffer, stated: ExpectedDocument): ExpectedDocument => {
    opened = { bytes, stated }
    return stated
  }
  const shown = (stated: StatedDigests) => ({ ...stated, digests: [...stated.digests], skipped: [...stated.skipped] })
  let opened: { readonly bytes: Buffer; readonly stated: ExpectedDocument } | undefined
  const require = (document: string) => {
    if (opened?.stated.sha256 !== document)
      throw new GatehouseError({ code: 'models.no-digests', detail: 'it is not the document that was opened last' })
    return opened
  }
  return {
    async open(path) {
      const bytes = await readSmall(path, MAX_DOCUMENT_BYTES, 'models.no-digests')
      const name = basename(path)
      const stated = parseExpected(bytes, name)
      if (stated === undefined) throw new GatehouseError({ code: 'models.no-digests', detail: path })
      return keep(bytes, { ...shown(stated), name, sha256: createHash('sha256').update(bytes).digest('hex') })
    },
    async verify(document, signer) {
      const { bytes, stated } = require(document)
      const verified = parseExpected(bytes, stated.name, await trustOf(signer))
      if (verified?.signature !== 'verified')
        throw new GatehouseError({ code: 'models.signature', detail: verified?.signatureNote || 'this document has no signature' })
      return keep(bytes, { ...stated, ...shown(verified) })
    },
    record(fleet, { document, model, ...origin }) {
      const { stated } = require(document)
      ledger.append({
        action: 'model.expected',
        host: '',
        subject: model,
        detail: `${stated.digests.length} digests read by ${origin.readBy} on ${origin.readOn} in ${stated.name}, ${origin.url || 'nobody said where'}`,
        digests: { document },
      })
      return models.expect(fleet, model, stated, origin)
    },
    withdraw(fleet, { model, reason }) {
      ledger.append({ action: 'model.expected-withdraw', host: '', subject: model, detail: reason })
      return models.withdrawExpected(fleet, model)
    },
  }
}

async function readSmall(path: string, maxBytes: number, code: 'models.no-digests' | 'models.signature'): Promise<Buffer> {
  const file = await openFile(path)
  try {
    if (file.size > maxBytes) throw new GatehouseError({ code, detail: `${path} has ${file.size} bytes` })
    return Buffer.from(await file.read(0, file.size))
  } finally {
    await file.close()
  }
}
