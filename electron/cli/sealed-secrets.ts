import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { contentOf } from '#core/own-file.ts'
import type { SecretStore } from '#core/ports.ts'
import { GatehouseError } from '#shared/errors.ts'

const sealedSchema = z.strictObject({ version: z.literal(1), salt: z.base64(), nonce: z.base64(), tag: z.base64(), data: z.base64() })
const namesSchema = z.record(z.string(), z.string())

/** RFC 7914, 2: about 32 MiB and a tenth of a second for each guess. */
const SCRYPT = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 }

/**
 * Secrets of the command line, which cannot reach the key ring of the app: one file (0600), sealed with AES-256-GCM under a key that scrypt makes of
 * a passphrase. `ask` is called when the file is first opened; `fresh` while there is none. A wrong passphrase is `step-up.wrong-code`.
 */
export function sealedSecrets(path: string, ask: (fresh: boolean) => Promise<string>): SecretStore {
  let opened: { readonly key: Buffer; readonly salt: Buffer; readonly values: Readonly<Record<string, string>> } | undefined

  async function open(): Promise<NonNullable<typeof opened>> {
    if (opened) return opened
    const text = contentOf(path)
    if (text === undefined) {
      const salt = randomBytes(16)
      opened = { salt, key: scryptSync(await ask(true), salt, 32, SCRYPT), values: {} }
      return opened
    }
    const { salt, nonce, tag, data } = sealedSchema.parse(JSON.parse(text))
    const key = scryptSync(await ask(false), Buffer.from(salt, 'base64'), 32, SCRYPT)
    const cipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64')).setAuthTag(Buffer.from(tag, 'base64'))
    let plain: Buffer
    try {
      plain = Buffer.concat([cipher.update(Buffer.from(data, 'base64')), cipher.final()])
    } catch (error) {
      throw new GatehouseError({ code: 'step-up.wrong-code', detail: 'the passphrase does not open it' }, { cause: error })
    }
    opened = { key, salt: Buffer.from(salt, 'base64'), values: namesSchema.parse(JSON.parse(plain.toString('utf8'))) }
    return opened
  }

  async function write(change: (values: Readonly<Record<string, string>>) => Record<string, string>): Promise<void> {
    const { key, salt, values } = await open()
    const next = change(values)
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const data = Buffer.concat([cipher.update(JSON.stringify(next), 'utf8'), cipher.final()])
    const parts = { salt, nonce, tag: cipher.getAuthTag(), data }
    const text = Object.fromEntries(Object.entries(parts).map(([name, bytes]) => [name, bytes.toString('base64')]))
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.${process.pid}.part`, `${JSON.stringify({ version: 1, ...text })}\n`, { mode: 0o600 })
    renameSync(`${path}.${process.pid}.part`, path)
    opened = { key, salt, values: next }
  }

  return {
    available: true,
    get: async (name) => (opened || contentOf(path) !== undefined ? (await open()).values[name] : undefined),
    set: (name, value) => write((values) => ({ ...values, [name]: value })),
    delete: (name) => write(({ [name]: _gone, ...rest }) => rest),
  }
}
