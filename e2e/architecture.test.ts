import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { groupBy } from '#shared/group-by.ts'

/** Reads the imports of every source file and holds them against the rooms of the design. */

const root = fileURLToPath(new URL('..', import.meta.url))
const aliases: Readonly<Record<string, string>> = {
  '#shared/': 'shared/',
  '#core/': 'electron/core/',
  '#testing/': 'electron/testing/',
  '#assets/': 'assets/',
}

interface Import {
  readonly from: string
  /** Path below the root for our own files, else the package name. */
  readonly to: string
  readonly own: boolean
  /** Leaves nothing in what is built. */
  readonly typeOnly: boolean
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return entry.name === '__fixtures__' ? [] : sources(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
    ),
  ]
  return specifiers.map((match) => {
    const typeOnly = /^\s*(?:import|export)\s+type\b/.test(match[0])
    const specifier = match[1] ?? match[2] ?? match[3] ?? ''
    const alias = Object.keys(aliases).find((prefix) => specifier.startsWith(prefix))
    if (alias !== undefined) return { from: file, to: specifier.replace(alias, aliases[alias] ?? ''), own: true, typeOnly }
    if (specifier.startsWith('.')) return { from: file, to: relative(root, resolve(root, dirname(file), specifier)), own: true, typeOnly }
    return { from: file, to: specifier, own: false, typeOnly }
  })
}

const imports = ['shared', 'electron', 'renderer', 'e2e'].flatMap(sources).flatMap(importsOf)
/** Tests, and what only they use (`.testing.ts`), may reach further. */
const product = imports.filter(({ from }) => !/\.(?:test|testing)\.tsx?$/.test(from))
const show = (found: readonly Import[]) => found.map(({ from, to }) => `${from} imports ${to}`)
/** The room of a file: a folder of core or of electron, or a folder at the top. A file that lies in core itself is a room of its own. */
const roomOf = (path: string): string => /^(?:electron\/core\/[^/]+|electron\/[^/]+|[^/]+)/.exec(path)?.[0] ?? path

/** Ways that lead back to where they began, among these arrows. */
function circles(arrows: readonly (readonly [from: string, to: string])[]): string[] {
  const reached = groupBy(arrows, ([from]) => from)
  const settled = new Set<string>()
  const found: string[] = []
  const follow = (name: string, way: readonly string[]): void => {
    if (way.includes(name)) found.push([...way.slice(way.indexOf(name)), name].join(' → '))
    if (way.includes(name) || settled.has(name)) return
    for (const [, to] of reached.get(name) ?? []) follow(to, [...way, name])
    settled.add(name)
  }
  for (const name of reached.keys()) follow(name, [])
  return found
}

const within =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`))

describe('rooms', () => {
  test('the reader sees the imports at all', () => {
    expect(product.length).toBeGreaterThan(300)
    expect(show(product)).toContain('electron/core/store/database.ts imports libsql')
  })

  test('no file imports one that imports it, not even for its types', () => {
    expect(circles(product.filter(({ own }) => own).map(({ from, to }) => [from, to]))).toEqual([])
  })

  test('nothing flows back up: no room imports one that imports it', () => {
    const between = product.filter(({ from, to, own }) => own && roomOf(from) !== roomOf(to))
    expect(circles(between.map(({ from, to }) => [roomOf(from), roomOf(to)]))).toEqual([])
  })

  test('shared imports only itself and zod', () => {
    expect(show(product.filter(({ from, to, own }) => within('shared')(from) && (own ? !within('shared')(to) : to !== 'zod')))).toEqual([])
  })

  test('only main, preload and platform import electron', () => {
    const allowed = within('electron/main', 'electron/preload', 'electron/platform')
    expect(show(product.filter(({ from, to, own }) => !own && /^electron(?:\/|$)/.test(to) && !allowed(from)))).toEqual([])
  })

  test('core imports only itself, shared, assets and libraries', () => {
    const allowed = within('electron/core', 'shared', 'assets')
    expect(show(product.filter(({ from, to, own }) => within('electron/core')(from) && own && !allowed(to)))).toEqual([])
  })

  test('facts, policy and fleet never reach a host, a database or the network', () => {
    const pure = within('electron/core/facts', 'electron/core/policy')
    const forbidden = /^(?:ssh2|libsql|node:(?:tls|http|https|dns|child_process|fs|fs\/promises))$/
    expect(
      show(
        product.filter(
          ({ from, to, own }) => pure(from) && (own ? within('electron/core/ssh', 'electron/core/store')(to) : forbidden.test(to)),
        ),
      ),
    ).toEqual([])
  })

  test('the renderer sees shared and itself only, and a feature never another feature', () => {
    const outside = product.filter(
      ({ from, to, own }) => within('renderer')(from) && (own ? !within('renderer', 'shared')(to) : /^(?:node:|electron$)/.test(to)),
    )
    expect(show(outside)).toEqual([])
    const feature = (path: string) => /^renderer\/features\/([^/]+)\//.exec(path)?.[1]
    expect(
      show(product.filter(({ from, to }) => feature(from) !== undefined && feature(to) !== undefined && feature(from) !== feature(to))),
    ).toEqual([])
  })

  test('the window carries no schemas: zod would slow its start and try what its content policy refuses', () => {
    const reached = new Set(product.filter(({ from }) => within('renderer')(from)).map(({ from }) => from))
    for (const file of reached)
      for (const { to, own } of product.filter(({ from, typeOnly }) => from === file && !typeOnly)) if (own) reached.add(to)
    expect(reached).toContain('shared/model/checklist.ts')
    expect(show(product.filter(({ from, to, typeOnly }) => reached.has(from) && to === 'zod' && !typeOnly))).toEqual([])
  })

  test('main knows the window, the platform and what crosses the pipes, never core; the engine it knows by its messages', () => {
    const allowed = within('electron/main', 'electron/platform', 'shared', 'assets')
    const strangers = product.filter(
      ({ from, to, own, typeOnly }) =>
        within('electron/main')(from) &&
        own &&
        !allowed(to) &&
        to !== 'package.json' &&
        !(typeOnly && to === 'electron/engine/engine-protocol.ts'),
    )
    expect(show(strangers)).toEqual([])
  })

  test('the platform knows the ports of core, and core by nothing else', () => {
    const allowed = within('electron/platform', 'shared')
    const strangers = product.filter(
      ({ from, to, own, typeOnly }) =>
        within('electron/platform')(from) && own && !allowed(to) && !(typeOnly && to === 'electron/core/ports.ts'),
    )
    expect(show(strangers)).toEqual([])
  })

  test('engine and command line put core together, and know neither the window nor each other', () => {
    // Of the platform they know what works without Electron.
    const plain = ['electron/platform/account-name.ts', 'electron/platform/log-file.ts', 'package.json']
    for (const room of ['electron/engine', 'electron/cli']) {
      const allowed = within(room, 'electron/core', 'electron/testing/demo', 'shared', 'assets')
      const strangers = product.filter(({ from, to, own }) => within(room)(from) && own && !allowed(to) && !plain.includes(to))
      expect(show(strangers)).toEqual([])
    }
    expect(show(product.filter(({ from, to, own }) => plain.includes(from) && (!own ? to.startsWith('electron') : false)))).toEqual([])
  })

  test('the demo fleet knows core, and neither the window nor who shows it', () => {
    const allowed = within('electron/testing', 'electron/core', 'shared', 'assets')
    expect(show(product.filter(({ from, to, own }) => within('electron/testing')(from) && own && !allowed(to)))).toEqual([])
  })

  test('layers: of the window app knows features, features stores, stores parts; of a push each folder those that come before it', () => {
    const stacks = [
      ['renderer/app', 'renderer/features', 'renderer/stores', 'renderer/ui'],
      ['transaction', 'plan', 'journal', 'look', 'host', 'templates'].map((folder) => `electron/core/push/${folder}`),
    ]
    const upward = stacks.flatMap((layers) =>
      product.filter(({ from, to }) => {
        const [at, reached] = [layers.findIndex((layer) => within(layer)(from)), layers.findIndex((layer) => within(layer)(to))]
        return at >= 0 && reached >= 0 && reached < at
      }),
    )
    expect(show(upward)).toEqual([])
  })

  test('the preload is one pipe: channel names, and nothing else of ours', () => {
    expect(show(product.filter(({ from, to, own }) => within('electron/preload')(from) && own && to !== 'shared/ipc/channels.ts'))).toEqual(
      [],
    )
  })

  test('ssh2 is spoken in core/ssh and the demo, SQL in core/store', () => {
    expect(show(product.filter(({ from, to }) => to === 'ssh2' && !within('electron/core/ssh', 'electron/testing', 'e2e')(from)))).toEqual(
      [],
    )
    expect(show(product.filter(({ from, to }) => to === 'libsql' && !within('electron/core/store')(from)))).toEqual([])
  })

  test('nothing of the product imports tests or the lab', () => {
    expect(show(product.filter(({ from, to, own }) => !within('e2e')(from) && own && within('e2e')(to)))).toEqual([])
  })

  test('the top level is the design card and the tool configuration that must sit there', () => {
    const allowed = [
      '.ci',
      '.git',
      '.gitignore',
      'README.md',
      'assets',
      'biome.json',
      'e2e',
      'electron',
      'electron-builder.yml',
      'package-lock.json',
      'package.json',
      'renderer',
      'shared',
      'tsconfig.json',
    ]
    const built = ['dist', 'node_modules', 'out']
    expect(readdirSync(root).filter((name) => !allowed.includes(name) && !built.includes(name))).toEqual([])
  })
})
