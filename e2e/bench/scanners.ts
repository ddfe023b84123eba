import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lab, run, ssh } from '../lab/lab.ts'
import { keepConnection } from './kept-connection.ts'
import { timed } from './samples.ts'

export interface ScannerTimes {
  readonly lynisMs: number
  readonly oscapMs: number
  /** Without the file of results, which leaves nothing but a word for each definition on the terminal. */
  readonly oscapBareMs: number
}

const content = '/usr/share/xml/scap/ssg/content/ssg-debian11-oval.xml'

/**
 * Debian's own auditors on gpu1, over an open connection through the same jump host. Of OpenSCAP all definitions for Debian 11, the newest that
 * Debian 12 brings: the profiles hold themselves not applicable there, and would do nothing. The command is the one that the OpenSCAP User Manual
 * gives for it ("To evaluate all definitions within the given OVAL Definition file"), as does Red Hat's Security Guide (example 8.6); it keeps what it
 * found, as an audit keeps its evidence. Results and packages are gone with the host's upper layer.
 */
export async function measureScanners(folder: string, host: string): Promise<ScannerTimes> {
  await installScanners(folder, host)
  const controlPath = join(folder, 'scanners-mux')
  const change = ['-l', 'gatehouse-change']
  const kept = await keepConnection(controlPath, host, change)
  const asRoot = (...words: readonly string[]) => ssh(['-o', `ControlPath=${controlPath}`, ...change, host, 'sudo', ...words])
  const lynisMs = await timed(async () => done('lynis', await asRoot('lynis', 'audit', 'system', '--quick', '--quiet', '--no-colors')))
  const oscap = (...words: readonly string[]) =>
    timed(async () => done('oscap', await asRoot('oscap', 'oval', 'eval', ...words, content), /Evaluation done/))
  const oscapBareMs = await oscap()
  const oscapMs = await oscap('--results', '/var/tmp/oval-results.xml')
  kept.close()
  return { lynisMs, oscapMs, oscapBareMs }
}

function done(program: string, { status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }, said = /(?:)/): void {
  if (status !== 0 || !said.test(stdout)) throw new Error(`${program} ended with ${status}: ${stderr.slice(-1000)}`)
}

/** Fetched in the namespace that the lab was started from, since the workstation has no route out; what a host lacks is told by the base of all hosts. */
async function installScanners(folder: string, host: string): Promise<void> {
  const packages = join(folder, 'packages')
  mkdirSync(join(packages, 'partial'), { recursive: true })
  const origin = ['--target', process.env.LAB_ORIGIN_PID ?? '', '--net', '--mount', '--']
  const status = join(lab.base, 'var/lib/dpkg/status')
  const fetched = await run('nsenter', [
    ...origin,
    ...['apt-get', '-qq', '-y', '--download-only', '--no-install-recommends'],
    ...['-o', `Dir::State::Status=${status}`, '-o', `Dir::Cache::Archives=${packages}`, '-o', 'APT::Sandbox::User=root'],
    ...['install', 'lynis', 'openscap-scanner', 'ssg-debian'],
  ])
  if (fetched.status !== 0) throw new Error(`apt-get: ${fetched.stderr}`)
  const unpack = 'mkdir -p /var/tmp/packages && tar -x -C /var/tmp/packages && dpkg -i /var/tmp/packages/*.deb >/dev/null'
  const installed = await run('sh', ['-c', 'tar -C "$1" -cf - . | "$2" enter "$3" sh -c "$4"', 'sh', packages, lab.control, host, unpack])
  if (installed.status !== 0) throw new Error(`dpkg: ${installed.stderr}`)
}
