import { spawnSync } from 'node:child_process'

/** What Electron needs on Debian to draw a window where there is no display. */
export const windowPackages = ['xvfb', 'xauth', 'libgtk-3-0', 'libnss3', 'libasound2', 'libgbm1', 'libxss1', 'libxtst6'] as const

/** Debian packages of a list that are not installed. Empty where there is no dpkg: then the programs themselves decide. */
export function missingPackages(names: readonly string[]): string[] {
  const unique = [...new Set(names)]
  return unique.filter((name) => {
    const query = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' })
    return query.error === undefined && !/^Status: install ok installed$/m.test(query.stdout)
  })
}

let updated = false

/** Makes sure that packages are there; as root on Debian it installs them. Returns why it could not, or undefined. */
export function provide(names: readonly string[], needsRoot: boolean): string | undefined {
  const isRoot = process.getuid?.() === 0
  if (process.platform !== 'linux' && names.length > 0) return 'it needs Linux'
  if (needsRoot && !isRoot) return 'it needs root, to make network namespaces and real systemd hosts'
  const missing = missingPackages(names)
  if (missing.length === 0) return undefined
  if (!isRoot) return `these Debian packages are missing: ${missing.join(' ')}`
  // With runlevel 1 invoke-rc.d starts no daemon of a package: tests start what they need themselves.
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  if (!updated) spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env: environment })
  updated = true
  const done = spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: environment,
  })
  return done.status === 0 ? undefined : `apt-get could not install ${missing.join(' ')}`
}
