import { spawn } from 'node:child_process'
import { messageOf } from '#shared/errors.ts'
import { electronRuntime, launchSettings } from './electron-runtime.ts'

/** `node with-electron.ts <command> …`: runs the command where it finds an Electron. */
const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  process.stderr.write('usage: with-electron.ts <command> [argument …]\n')
  process.exit(2)
}
try {
  const { env } = launchSettings(await electronRuntime())
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...env }, shell: process.platform === 'win32' })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    process.stderr.write(`${command} could not be started: ${error.message}\n`)
    process.exit(2)
  })
  child.once('close', (code) => process.exit(code ?? 1))
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`)
  process.exit(2)
}
