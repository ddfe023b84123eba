import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSecretStore, type Encryption, isSound } from './secret-store.ts'

/** Reversible and not the identity: enough to see that plain text is never written. */
const encryption = (backend?: string, available = true): Encryption => ({
  isEncryptionAvailable: () => available,
  encryptString: (plain) => Buffer.from([...Buffer.from(plain)].map((byte) => byte ^ 0x5a)),
  decryptString: (encrypted) => Buffer.from([...encrypted].map((byte) => byte ^ 0x5a)).toString(),
  ...(backend === undefined ? {} : { getSelectedStorageBackend: () => backend }),
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-secret-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test.each<[NodeJS.Platform, string | undefined, boolean, boolean]>([
  ['linux', 'gnome_libsecret', true, true],
  ['linux', 'kwallet', true, true],
  ['linux', 'kwallet5', true, true],
  ['linux', 'kwallet6', true, true],
  ['linux', 'basic_text', true, false],
  ['linux', 'unknown', true, false],
  ['linux', undefined, true, false],
  ['linux', 'gnome_libsecret', false, false],
  ['darwin', undefined, true, true],
  ['darwin', undefined, false, false],
  ['win32', undefined, true, true],
  ['win32', undefined, false, false],
])('%s with %s, available %s: sound %s', (platform, backend, available, sound) => {
  expect(isSound(encryption(backend, available), platform)).toBe(sound)
  expect(createSecretStore(encryption(backend, available), join(folder, 's'), platform, () => undefined).available).toBe(sound)
})

describe('without a sound key', () => {
  test('nothing is stored, and storing is refused', async () => {
    const store = createSecretStore(encryption('basic_text'), join(folder, 's'), 'linux', () => undefined)
    await expect(store.set('jump', 'correct horse')).rejects.toThrow('no sound secret store')
    expect(await store.get('jump')).toBeUndefined()
    await store.delete('jump')
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('with a sound key', () => {
  const open = (it = encryption('gnome_libsecret'), log: (message: string) => void = () => undefined) =>
    createSecretStore(it, join(folder, 's'), 'linux', log)

  test('what was stored is read by the next start and is not in the file', async () => {
    await open().set('jump', 'correct horse')
    await open().set('other', 'battery')
    expect(await open().get('jump')).toBe('correct horse')
    expect(readFileSync(join(folder, 's'), 'utf8')).not.toContain('horse')
    await open().delete('jump')
    expect(await open().get('jump')).toBeUndefined()
    expect(await open().get('other')).toBe('battery')
  })

  test('a secret that no longer decrypts is as if it were not there', async () => {
    await open().set('jump', 'correct horse')
    const logged: string[] = []
    const broken = {
      ...encryption('gnome_libsecret'),
      decryptString: () => {
        throw new Error('correct horse')
      },
    }
    expect(await open(broken, (message) => logged.push(message)).get('jump')).toBeUndefined()
    expect(logged).toEqual(['A stored secret could not be decrypted.'])
  })
})
