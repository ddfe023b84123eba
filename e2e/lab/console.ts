import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { lab } from './lab.ts'

const cli = fileURLToPath(new URL('../../electron/cli/gatehouse.ts', import.meta.url))

export interface ConsoleRun {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `gatehouse` as an admin runs it. `onStep` hears the first word of each line on stderr as it comes, and may end the program. */
export function gatehouse(
  words: readonly string[],
  onStep: (word: string, kill: () => void) => void = () => undefined,
): Promise<ConsoleRun> {
  const env = { ...process.env, HOME: lab.home, SSH_ASKPASS: lab.askpass, SSH_ASKPASS_REQUIRE: 'force' }
  const child = spawn(process.execPath, [cli, ...words], { env })
  let stdout = ''
  let stderr = ''
  let told = 0
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
    const lines = stderr.split('\n').slice(0, -1)
    for (; told < lines.length; told++) onStep(lines[told]?.split(' ')[0] ?? '', () => child.kill('SIGKILL'))
  })
  child.stdin.end()
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })))
}
