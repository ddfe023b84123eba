import { z } from 'zod'
import type { SecretStore } from '#core/ports.ts'
import { GatehouseError } from '#shared/errors.ts'
import { jsonFile } from './json-file.ts'

/** The part of Electron's `safeStorage` that is used. */
export interface Encryption {
  isEncryptionAvailable(): boolean
  encryptString(plain: string): Buffer
  decryptString(encrypted: Buffer): string
  /** Linux only. */
  getSelectedStorageBackend?(): string
}

/** Linux key rings that keep a secret of their own. `basic_text` encrypts with a password that is in Chromium's source. */
const soundBackends: readonly string[] = ['gnome_libsecret', 'kwallet', 'kwallet5', 'kwallet6']

/** True when what is stored can be read by nobody but this account. */
export function isSound(encryption: Encryption, platform: NodeJS.Platform): boolean {
  if (!encryption.isEncryptionAvailable()) return false
  if (platform !== 'linux') return true
  return soundBackends.includes(encryption.getSelectedStorageBackend?.() ?? 'unknown')
}

const secretsSchema = z.record(z.string(), z.base64())

/** Secrets in one file, each encrypted by the platform. Where the platform has no sound key, nothing is read or written. */
export function createSecretStore(
  encryption: Encryption,
  path: string,
  platform: NodeJS.Platform,
  log: (message: string) => void,
): SecretStore {
  if (!isSound(encryption, platform)) {
    return {
      available: false,
      get: () => Promise.resolve(undefined),
      set: () =>
        Promise.reject(
          new GatehouseError({ code: 'internal.unexpected', detail: 'This platform has no sound secret store, so nothing was stored.' }),
        ),
      delete: () => Promise.resolve(),
    }
  }
  const file = jsonFile(path, secretsSchema, {}, log)
  return {
    available: true,
    get: async (name) => {
      const stored = file.read()[name]
      if (stored === undefined) return undefined
      try {
        return encryption.decryptString(Buffer.from(stored, 'base64'))
      } catch {
        // The key ring was reset: the admin is asked again.
        log('A stored secret could not be decrypted.')
        return undefined
      }
    },
    set: async (name, value) => {
      file.write({ ...file.read(), [name]: encryption.encryptString(value).toString('base64') })
    },
    delete: async (name) => {
      const { [name]: _gone, ...rest } = file.read()
      file.write(rest)
    },
  }
}
