import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { ExecOptions, ExecResult, HostSession } from '../ports.ts'
import { type ProbeRun, runProbe } from './run-probe.ts'
import { command, type SectionSpec } from './section.ts'

/** Real shells on this machine stand for hosts. The script is the one that is sent; only its PATH is that of the host. */
export interface LocalHost {
  readonly shell: readonly [string, ...string[]]
  readonly path?: string
  /** What the login prints before the shell reads its script. */
  readonly greeting?: string
}

/** Removed when the test file is over. */
export const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A PATH that holds only these programs, `name` or `name=file`; `from` names busybox when its applets are wanted. */
export function pathOf(programs: readonly string[], from?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-path-'))
  folders.push(folder)
  for (const entry of programs) {
    const [name = '', file = name] = entry.split('=')
    symlinkSync(from ?? `/usr/bin/${file}`, join(folder, name))
  }
  return folder
}

/** All that a shell is sent which has been sent nothing yet. */
export const inputOf = ({ ahead = '', stdin = '', afresh = () => ahead + stdin }: ExecOptions): string => afresh()

/** The script as the host gets it: with a PATH of its own. */
export const textFor = (it: LocalHost, stdin: string): string =>
  stdin.replace('PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', `PATH=${it.path ?? '/usr/sbin:/usr/bin:/sbin:/bin'}`)

/** Sends a script to the shell, as a login over SSH would. */
export const run = (it: LocalHost, stdin: string, options: ExecOptions): Promise<ExecResult> =>
  new Promise((resolve, reject) => {
    // Its own process group, so that nothing here can be hit when a probe ends its children.
    const child = spawn(it.shell[0], it.shell.slice(1), { detached: true, env: {}, stdio: 'pipe' })
    if (it.greeting !== undefined) options.onStdout(Buffer.from(it.greeting))
    child.stdout.on('data', (chunk: Buffer) => {
      if (options.onStdout(chunk) === false) child.stdout.destroy()
    })
    child.stderr.on('data', (chunk: Buffer) => options.onStderr?.(chunk))
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal: signal ?? undefined }))
    options.signal.addEventListener('abort', () => reject(new Error('closed')), { once: true })
    child.stdin.end(textFor(it, stdin))
  })

export const sessionOn = (it: LocalHost): HostSession => ({
  exec: (_, options) => run(it, inputOf(options), options),
  openTcp: () => Promise.reject(new Error('not here')),
  openFiles: () => Promise.reject(new Error('not here')),
  close: () => undefined,
})

/** One run of the probe on it. */
export const probe = (it: LocalHost, sections: readonly SectionSpec[], timeoutMs = 15_000): Promise<ProbeRun> =>
  runProbe(sessionOn(it), sections, { account: 'audit', signal: new AbortController().signal, timeoutMs })

const shells: readonly (readonly [string, LocalHost])[] = [
  ['dash', { shell: ['/usr/bin/dash'] }],
  ['bash', { shell: ['/usr/bin/bash'] }],
  ['bash --posix', { shell: ['/usr/bin/bash', '--posix'] }],
  ['busybox sh', { shell: ['/usr/bin/busybox', 'sh'] }],
  [
    'busybox sh with busybox tools',
    {
      shell: ['/usr/bin/busybox', 'sh'],
      path: pathOf(['id', 'base64', 'awk', 'tail', 'cat', 'sleep', 'tee'], '/usr/bin/busybox'),
    },
  ],
  ['dash without base64', { shell: ['/usr/bin/dash'], path: pathOf(['id', 'od', 'awk', 'tail', 'cat', 'sleep', 'tee']) }],
  ['bash with gawk', { shell: ['/usr/bin/bash'], path: pathOf(['id', 'base64', 'awk=gawk', 'tail', 'cat', 'sleep', 'tee']) }],
]

/** A program file with this shell text. */
export function program(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-program-'))
  folders.push(folder)
  const file = join(folder, 'program')
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return file
}

/** A section that runs a program with this shell text. */
export const section = (
  id: string,
  text: string,
  more: Partial<Pick<SectionSpec, 'timeoutMs' | 'maxBytes' | 'alone'>> = {},
): SectionSpec => ({
  ...command({ id, argv: [program(text)], privilege: 'none' }),
  ...more,
})

/** What a section printed. */
export const text = (run: ProbeRun, id: string) => run.outputs.get(id)?.stdout

/** What this machine has; the test runner installs the rest where it may. */
export const installed = shells.filter(
  ([name, { shell }]) => existsSync(shell?.[0] ?? '/bin/sh') && (!name.includes('gawk') || existsSync('/usr/bin/gawk')),
)
