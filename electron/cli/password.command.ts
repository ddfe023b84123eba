import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { loginOf, makePassword } from '#core/push/plan/login.ts'
import { ExitCode, UsageError } from './exit-code.ts'

const options = { stdin: { type: 'boolean', default: false } } as const

/** Makes a login for the password file of a proxy: the line on stdout, a password that was made here on stderr, once. */
export async function runPassword(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0) throw new UsageError('password: expected NAME, and --stdin to give a password of your own')
  const password = values.stdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : makePassword()
  const login = await loginOf(name, password)
  if (!values.stdin) process.stderr.write(`The password of ${name}, shown this once: ${password}\n`)
  process.stdout.write(`${login}\n`)
  return ExitCode.clean
}
