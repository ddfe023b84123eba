import crypto, { type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { parseExpected } from './parse-expected.ts'
import { signingRoot } from './signing-identity.ts'

/**
 * model.sig and trusted_root.json as model_signing and Sigstore write them, of authorities and logs of our own: made once with @sigstore/mock 0.12
 * (CA, certificate log, Rekor). The certificate was valid for ten minutes of 2026-11-26.
 * The pair of Rekor 2 likewise with 0.13, and its authority for time stamps; the log is ours: an Ed25519 key that signs a checkpoint over five entries, of
 * which the third (dsse 0.0.2) and the fifth (hashedrekord 0.0.2) are of the signature (sigstore/rekor-tiles, CLIENTS.md; C2SP, tlog-checkpoint).
 */
const recorded = (name: string): string => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url), 'utf8')
const [bundle, root] = [recorded('model.sig.json'), recorded('trusted-root.json')]
const WHO = 'https://github.com/example/models/.github/workflows/release.yml@refs/heads/main'
const ISSUER = 'https://token.actions.githubusercontent.com'

type Change = (json: ReturnType<typeof JSON.parse>) => void
const changed = (text: string, change: Change): string => {
  const json = JSON.parse(text)
  change(json)
  return JSON.stringify(json)
}

function verdict(text = bundle, trusted = root, identity = WHO, issuer = ISSUER) {
  const trust = signingRoot(trusted)
  if (trust === undefined) throw new Error('no root')
  const { signature, signatureNote, digests } =
    parseExpected(Buffer.from(text), 'model.sig', { signer: { identity, issuer, root: trust } }) ?? {}
  return { signature, signatureNote, files: digests?.map(({ file }) => file) }
}

test('signed by the identity, long after its certificate ran out, since the log saw it in time', () => {
  expect(verdict()).toEqual({
    signature: 'verified',
    signatureNote: `Signed by ${WHO} (${ISSUER}), as the given root of trust says`,
    files: ['config.json', 'model.safetensors'],
  })
})

const firstEntry = (json: ReturnType<typeof JSON.parse>) => json.verificationMaterial.tlogEntries[0]
const inBase64 = (change: (text: string) => string) => (value: string) =>
  Buffer.from(change(Buffer.from(value, 'base64').toString('utf8'))).toString('base64')

describe('not verified', () => {
  test.each<[string, Change, RegExp]>([
    [
      'a file that is swapped',
      (json) => {
        json.dsseEnvelope.payload = inBase64((text) => text.replace('"sample"', '"simple"'))(json.dsseEnvelope.payload)
      },
      /does not verify/,
    ],
    [
      'another signature',
      (json) => {
        json.dsseEnvelope.signatures[0].sig = json.verificationMaterial.tlogEntries[0].inclusionPromise.signedEntryTimestamp
      },
      /signature/,
    ],
    [
      'no entry of a log',
      (json) => {
        json.verificationMaterial.tlogEntries = []
      },
      /timestamps/,
    ],
    [
      'a time that the log did not sign',
      (json) => {
        firstEntry(json).integratedTime = String(Number(firstEntry(json).integratedTime) + 60)
      },
      /does not verify/,
    ],
    [
      'a time at which the certificate had run out',
      (json) => {
        firstEntry(json).integratedTime = String(Number(firstEntry(json).integratedTime) + 3600)
      },
      /certificate/i,
    ],
    [
      'no promise and no proof',
      (json) => {
        delete firstEntry(json).inclusionPromise
        delete firstEntry(json).inclusionProof
      },
      /does not verify/,
    ],
    [
      'a proof under another state of the log',
      (json) => {
        firstEntry(json).inclusionProof.checkpoint.envelope = firstEntry(json).inclusionProof.checkpoint.envelope.replace('\n1\n', '\n2\n')
      },
      /does not verify/,
    ],
    [
      'an entry about something else',
      (json) => {
        firstEntry(json).canonicalizedBody = inBase64((text) => text.replace(/"value":"../, '"value":"00'))(
          firstEntry(json).canonicalizedBody,
        )
      },
      /does not verify/,
    ],
    [
      'a key instead of a certificate',
      (json) => {
        json.verificationMaterial = { publicKey: { hint: 'x' }, tlogEntries: json.verificationMaterial.tlogEntries }
      },
      /does not verify/,
    ],
    [
      'a certificate that is cut',
      (json) => {
        json.verificationMaterial.certificate.rawBytes = json.verificationMaterial.certificate.rawBytes.slice(0, 400)
      },
      /does not verify/,
    ],
  ])('%s', (_, change, reason) => {
    const { signature, signatureNote } = verdict(changed(bundle, change))
    expect([signature, signatureNote]).toEqual(['not-verified', expect.stringMatching(reason)])
  })

  test.each<[string, Change, RegExp]>([
    [
      'an authority that nobody trusts',
      (json) => {
        json.certificateAuthorities[0].certChain.certificates = [{ rawBytes: JSON.parse(bundle).verificationMaterial.certificate.rawBytes }]
      },
      /does not verify/,
    ],
    [
      'an authority that was trusted until before',
      (json) => {
        json.certificateAuthorities[0].validFor.end = '2026-02-01T00:00:00Z'
      },
      /does not verify/,
    ],
    [
      'a log whose key is another',
      (json) => {
        json.tlogs[0].publicKey.rawBytes = json.ctlogs[0].publicKey.rawBytes
      },
      /does not verify/,
    ],
    [
      'a log that was trusted until before',
      (json) => {
        json.tlogs[0].publicKey.validFor.end = '2026-02-01T00:00:00Z'
      },
      /does not verify/,
    ],
    [
      'no certificate log',
      (json) => {
        json.ctlogs = []
      },
      /SCT/,
    ],
  ])('%s', (_, change, reason) => {
    const { signature, signatureNote } = verdict(bundle, changed(root, change))
    expect([signature, signatureNote]).toEqual(['not-verified', expect.stringMatching(reason)])
  })

  test('another identity, another issuer, a part of it, a pattern', () => {
    const found = `It is signed by ${WHO}, whom ${ISSUER} vouches for`
    for (const [who, issuer] of [
      [WHO.replace('main', 'dev'), ISSUER],
      [WHO, 'https://accounts.google.com'],
      [WHO.slice(0, 30), ISSUER],
      ['.*', ISSUER],
      ['', ''],
    ])
      expect(verdict(bundle, root, who, issuer)).toMatchObject({ signature: 'not-verified', signatureNote: found })
  })
})

describe('Rekor 2, whose entries tell no time', () => {
  const [dated, dating] = [recorded('model-rekor2.sig.json'), recorded('trusted-root-rekor2.json')]
  type Json = ReturnType<typeof JSON.parse>
  const only = (kind: string) => (json: Json) => {
    json.verificationMaterial.tlogEntries = json.verificationMaterial.tlogEntries.filter((entry: Json) => entry.kindVersion.kind === kind)
  }

  test.each<[string, Change]>([
    ['by both kinds of entry', () => undefined],
    ['by an entry about the envelope', only('dsse')],
    ['by an entry about its hash', only('hashedrekord')],
  ])('a time stamp proves when it was signed: %s', (_, change) => {
    expect(verdict(changed(dated, change), dating).signature).toBe('verified')
  })

  const stamps = (json: Json) => json.verificationMaterial.timestampVerificationData.rfc3161Timestamps
  const unmade: readonly [string, Change, RegExp][] = [
    ['no time stamp', (json) => stamps(json).pop(), /expected 1 timestamps/],
    ['the same one twice', (json) => stamps(json).push(stamps(json)[0]), /duplicate/],
    [
      'a time that nobody stamped',
      (json) => {
        const der = Buffer.from(stamps(json)[0].signedTimestamp, 'base64')
        const at = der.indexOf('20261126')
        der.write('20261127', at, 'latin1')
        stamps(json)[0].signedTimestamp = der.toString('base64')
      },
      /timestamp could not be verified/,
    ],
    [
      'a time stamp for another signature',
      (json) => {
        json.dsseEnvelope.signatures[0].sig = JSON.parse(bundle).dsseEnvelope.signatures[0].sig
      },
      /timestamp could not be verified/,
    ],
    [
      'a time that the entry tells by itself',
      (json) => {
        stamps(json).pop()
        firstEntry(json).integratedTime = '1795716000'
      },
      /expected 1 timestamps/,
    ],
    [
      'an entry at another place of the log',
      (json) => {
        firstEntry(json).inclusionProof.logIndex = '3'
      },
      /root hash/,
    ],
    ['a step of the proof left out', (json) => firstEntry(json).inclusionProof.hashes.pop(), /hash count/],
    [
      'an entry about another digest',
      (json) => {
        firstEntry(json).canonicalizedBody = inBase64((text) => text.replace(/"digest":"../, '"digest":"AA'))(
          firstEntry(json).canonicalizedBody,
        )
      },
      /root hash/,
    ],
    [
      'no entry at all',
      (json) => {
        json.verificationMaterial.tlogEntries = []
      },
      /tlog entries/,
    ],
  ]
  test.each(unmade)('not verified: %s', (_, change, reason) => {
    const { signature, signatureNote } = verdict(changed(dated, change), dating)
    expect([signature, signatureNote]).toEqual(['not-verified', expect.stringMatching(reason)])
  })

  const untrusted: readonly [string, Change, RegExp][] = [
    [
      'no authority for time stamps',
      (json) => {
        json.timestampAuthorities = []
      },
      /timestamp could not be verified/,
    ],
    [
      'an authority for time stamps that was trusted until before',
      (json) => {
        json.timestampAuthorities[0].validFor.end = '2026-02-01T00:00:00Z'
      },
      /timestamp could not be verified/,
    ],
    [
      'a log that was trusted until before',
      (json) => {
        json.tlogs[0].publicKey.validFor.end = '2026-02-01T00:00:00Z'
      },
      /checkpoint/,
    ],
    [
      'a log that is another',
      (json) => {
        json.tlogs = JSON.parse(root).tlogs
      },
      /checkpoint/,
    ],
  ]
  test.each(untrusted)('not verified: %s', (_, change, reason) => {
    const { signature, signatureNote } = verdict(dated, changed(dating, change))
    expect([signature, signatureNote]).toEqual(['not-verified', expect.stringMatching(reason)])
  })
})

test('verified as well where keys have no hash of their own, as in Electron', () => {
  const { verify } = crypto
  const boring = (algorithm: string | null | undefined, data: Buffer, key: KeyObject, signature: Buffer) => {
    if (algorithm == null && key.asymmetricKeyType !== 'ed25519') throw new Error('NO_DEFAULT_DIGEST')
    return verify(algorithm, data, key, signature)
  }
  const spy = vi.spyOn(crypto, 'verify').mockImplementation(boring as never)
  try {
    expect(verdict().signature).toBe('verified')
    expect(verdict(recorded('model-rekor2.sig.json'), recorded('trusted-root-rekor2.json')).signature).toBe('verified')
    expect(crypto.verify).toBe(spy)
  } finally {
    spy.mockRestore()
  }
})

test('a root is one of authorities and logs, or none', () => {
  const without: Change[] = [
    (json) => {
      json.tlogs = []
    },
    (json) => {
      json.certificateAuthorities = []
    },
    (json) => {
      json.tlogs[0].publicKey.rawBytes = 'x'
    },
  ]
  for (const text of ['', '[]', '{}', 'null', bundle, ...without.map((change) => changed(root, change))])
    expect(signingRoot(text)).toBeUndefined()
})
