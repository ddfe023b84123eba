import { run, spawnSsh } from '../lab/lab.ts'

/** An open ControlMaster of OpenSSH to a host, for commands that go over `controlPath`. `words` are options of ssh. */
export async function keepConnection(controlPath: string, host: string, words: readonly string[] = []): Promise<{ close(): void }> {
  const master = spawnSsh(['-M', '-N', '-o', `ControlPath=${controlPath}`, ...words, host])
  while ((await run('ssh', ['-O', 'check', '-o', `ControlPath=${controlPath}`, host])).status !== 0)
    await new Promise((resolve) => setTimeout(resolve, 50))
  return { close: () => void master.kill() }
}
