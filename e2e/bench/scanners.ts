import { spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { askpassEnv, lab, run, ssh } from '../lab/lab.ts'
import { keepConnection } from './kept-connection.ts'
import { timed } from './samples.ts'

export interface ScannerTimes {
  readonly lynisMs: number
  /** By `oscap-ssh`, once its connection is open. */
  readonly oscapMs: number
  /** What of it `oscap` alone takes on the host, which brings nothing there and nothing back. */
  readonly oscapOnHostMs: number
}

const account = 'gatehouse-change'
const content = '/usr/share/xml/scap/ssg/content/ssg-debian11-ds.xml'

/**
 * Debian's own auditors on gpu1 through the same jump host, over a connection that is open. OpenSCAP's is `oscap-ssh` of openscap-utils, with the words that
 * Oracle Linux's guide has for remote systems ("oscap-ssh --sudo … oval eval --results … --report …"): it brings the definitions to the host and what was found
 * back, as an audit does. Of the definitions it is all for Debian 11, the newest that Debian 12 brings: its profiles hold themselves not applicable there,
 * and would do nothing. Packages and results are gone with the host's upper layer.
 */
export async function measureScanners(folder: string, host: string): Promise<ScannerTimes> {
  const here = await installScanners(folder, host)
  const controlPath = join(folder, 'scanners-mux')
  const kept = await keepConnection(controlPath, host, ['-l', account])
  const asRoot = (...words: readonly string[]) => ssh(['-o', `ControlPath=${controlPath}`, '-l', account, host, 'sudo', ...words])
  const lynisMs = await timed(async () => done('lynis', await asRoot('lynis', 'audit', 'system', '--quick', '--quiet', '--no-colors')))
  const words = ['oval', 'eval', '--results', '/var/tmp/oval-results.xml', '--report', '/var/tmp/oval-report.html', content]
  const oscapOnHostMs = await timed(async () => done('oscap', await asRoot('oscap', ...words), /Evaluation done/))
  kept.close()
  return { lynisMs, oscapMs: await oscapSsh(here, host), oscapOnHostMs }
}

/** All of its run but for the connection: it opens one of its own, with key and TOTP, and says when that is done. */
async function oscapSsh(folder: string, host: string): Promise<number> {
  const results = join(folder, 'results.xml')
  const words = ['oval', 'eval', '--results', results, '--report', join(folder, 'report.html'), join(folder, content)]
  const env = { ...askpassEnv(), SSH_ADDITIONAL_OPTIONS: `-F ${lab.sshConfig}` }
  const child = spawn(join(folder, 'usr/bin/oscap-ssh'), ['--sudo', `${account}@${host}`, '22', ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stderr = text(child.stderr)
  let begun = Number.NaN
  for await (const line of createInterface(child.stdout)) if (line === 'Connected!') begun = performance.now()
  const tookMs = performance.now() - begun
  if (Number.isNaN(tookMs) || !existsSync(results)) throw new Error(`oscap-ssh brought nothing back: ${(await stderr).slice(-1000)}`)
  return tookMs
}

function done(program: string, { status, stdout, stderr }: { status: number | null; stdout: string; stderr: string }, said = /(?:)/): void {
  if (status !== 0 || !said.test(stdout)) throw new Error(`${program} ended with ${status}: ${stderr.slice(-1000)}`)
}

/**
 * Fetched in the namespace that the lab was started from, since the workstation has no route out; what a host lacks is told by the base of all hosts.
 * The folder has the packages of the host, and in `workstation` what is run here.
 */
async function installScanners(folder: string, host: string): Promise<string> {
  const packages = join(folder, 'packages')
  const here = join(folder, 'workstation')
  for (const each of [join(packages, 'partial'), here]) mkdirSync(each, { recursive: true })
  const fetch = async (...words: readonly string[]) =>
    done('apt-get', await run('nsenter', ['--target', process.env.LAB_ORIGIN_PID ?? '', '--net', '--mount', '--', ...words]))
  await fetch(
    ...['apt-get', '-qq', '-y', '--download-only', '--no-install-recommends'],
    ...[
      '-o',
      `Dir::State::Status=${join(lab.base, 'var/lib/dpkg/status')}`,
      '-o',
      `Dir::Cache::Archives=${packages}`,
      '-o',
      'APT::Sandbox::User=root',
    ],
    ...['install', 'lynis', 'openscap-scanner', 'ssg-debian'],
  )
  await fetch('sh', '-c', 'cd "$1" && apt-get -qq -o APT::Sandbox::User=root download openscap-utils ssg-debian', 'sh', here)
  const unpack = 'mkdir -p /var/tmp/packages && tar -x -C /var/tmp/packages && dpkg -i /var/tmp/packages/*.deb >/dev/null'
  const give = 'tar -C "$1" -cf - . | "$2" enter "$3" sh -c "$4"; for each in "$5"/*.deb; do dpkg-deb -x "$each" "$5"; done'
  done('dpkg', await run('sh', ['-ec', give, 'sh', packages, lab.control, host, unpack, here]))
  return here
}
