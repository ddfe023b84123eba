import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { secretPlace } from '#core/step-up/kept-secret.ts'
import { codeOf, counterAt } from '#core/step-up/totp.ts'
import { sealedSecrets } from '../../electron/cli/sealed-secrets.ts'
import { type ConsoleRun, consoleOn, type OnStderr } from './console.ts'

const onTerminal = fileURLToPath(new URL('./on-terminal.py', import.meta.url))
const PASSPHRASE = 'a passphrase of the lab'

/** `gatehouse` on a terminal, of an admin with a fresh enrolment who answers for passphrase and code. */
export async function gatehouseSteppedUp(
  data: string,
  words: readonly string[],
  onStderr: OnStderr = () => undefined,
): Promise<ConsoleRun> {
  const sealed = join(data, 'step-up.sealed')
  const secret = randomBytes(20)
  rmSync(sealed, { force: true })
  const place = secretPlace(sealedSecrets(sealed, async () => PASSPHRASE))
  await place.write({ secret: secret.toString('base64'), lastCounter: 0, failures: 0, blockedUntilMs: 0 })
  const answers: [RegExp, () => string][] = [
    [/Passphrase of your enrolment: /, () => PASSPHRASE],
    [/Code of your authenticator: /, () => codeOf(secret, counterAt(Date.now()))],
  ]
  return consoleOn(['python3', onTerminal], [...words, '--data', data], (...heard) => {
    onStderr(...heard)
    const [stderr, , type] = heard
    const [next] = answers
    if (next?.[0].test(stderr)) type(`${answers.shift()?.[1]()}\r`)
  })
}
