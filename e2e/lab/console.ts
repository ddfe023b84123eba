import { spawn } from 'node:child_process'
import { lab } from './lab.ts'

export interface ConsoleRun {
  /** Null when it was killed. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Hears all that was said so far each time more is said. `holdFor`: the console stands still until that is over. */
export type OnStderr = (stderr: string, kill: () => void, type: (text: string) => void, holdFor: (what: Promise<unknown>) => void) => void

/** `gatehouse` as an admin runs it. `onStderr` may kill it. */
export const gatehouse = (
  words: readonly string[],
  onStderr: OnStderr = () => undefined,
  more: NodeJS.ProcessEnv = {},
): Promise<ConsoleRun> => consoleOn([], words, onStderr, more)

/** The same, run by another program. What `type` is given comes in on its stdin. */
export function consoleOn(
  runner: readonly string[],
  words: readonly string[],
  onStderr: OnStderr,
  more: NodeJS.ProcessEnv = {},
): Promise<ConsoleRun> {
  const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force', ...more }
  const [program = '', ...before] = [...runner, process.execPath]
  const child = spawn(program, [...before, lab.cli, ...words], { env })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
    onStderr(
      stderr,
      () => child.kill('SIGKILL'),
      (answer) => child.stdin.write(answer),
      (what) => {
        child.kill('SIGSTOP')
        void what.finally(() => child.kill('SIGCONT'))
      },
    )
  })
  if (runner.length === 0) child.stdin.end()
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })))
}
