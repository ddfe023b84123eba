import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { lab } from './lab.ts'

const cli = fileURLToPath(new URL('../../electron/cli/gatehouse.ts', import.meta.url))

export interface ConsoleRun {
  /** Null when it was killed. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `gatehouse` as an admin runs it. `onStderr` hears all that it said so far each time it says more, and may kill it. */
export function gatehouse(
  words: readonly string[],
  onStderr: (stderr: string, kill: () => void) => void = () => undefined,
  more: NodeJS.ProcessEnv = {},
): Promise<ConsoleRun> {
  const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force', ...more }
  const child = spawn(process.execPath, [cli, ...words], { env })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
    onStderr(stderr, () => child.kill('SIGKILL'))
  })
  child.stdin.end()
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })))
}
