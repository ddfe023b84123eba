import type { utilityProcess } from 'electron'
import type { FromEngine } from '../engine/engine-protocol.ts'
import type { EngineProcess } from './engine-host.ts'

/** The engine in an Electron utility process. What it prints goes to main's log, capped. */
export function utilityEngine(utility: typeof utilityProcess, entry: string, log: (message: string) => void): EngineProcess {
  const child = utility.fork(entry, [], { serviceName: 'Gatehouse engine', stdio: 'pipe' })
  child.stderr?.on('data', (chunk: Buffer) => log(`engine: ${chunk.toString('utf8', 0, 2000).trimEnd()}`))
  // Read, so that the pipe never fills.
  child.stdout?.resume()
  return {
    postMessage: (message) => child.postMessage(message),
    kill: () => child.kill(),
    onMessage: (listener) => void child.on('message', (message: FromEngine) => listener(message)),
    onExit: (listener) => void child.on('exit', (code: number) => listener(code)),
  }
}
