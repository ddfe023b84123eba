import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readPem } from './pem.ts'
import { weakSignature } from './weak-signature.ts'

const openssl = 'openssl'

test.runIf(spawnSync(openssl, ['version']).status === 0).each([
  ['rsa:2048', '-sha1', 'SHA-1'],
  ['rsa:2048', '-md5', 'MD5'],
  ['rsa:2048', '-sha256', undefined],
  ['ec', '-sha1', 'SHA-1'],
  ['ec', '-sha384', undefined],
] as const)('%s %s', (key, hash, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-signature-'))
  const curve = key === 'ec' ? ['-pkeyopt', 'ec_paramgen_curve:prime256v1'] : []
  const words = ['req', '-x509', '-newkey', key, ...curve, hash, '-nodes', '-days', '9', '-subj', '/CN=a', '-keyout', join(folder, 'key')]
  const pem = execFileSync(openssl, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  rmSync(folder, { recursive: true })
  expect(readPem(pem)?.weakSignature).toBe(expected)
})

test('anything else has none, and nothing throws', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => weakSignature(Buffer.from(bytes)) === undefined))
})
