import type { StepUp } from '#core/step-up/step-up.ts'
import { GatehouseError } from '#shared/errors.ts'
import { askOnTerminal } from './terminal-prompts.ts'

/** Asks for a code of the authenticator on the terminal. Throws `step-up.not-enrolled`, `step-up.wrong-code`, `prompt.unavailable`. */
export async function stepUpOnTerminal(stepUp: StepUp): Promise<void> {
  if (!(await stepUp.state()).enrolled)
    throw new GatehouseError({ code: 'step-up.not-enrolled', detail: 'the command line has an enrolment of its own: gatehouse step-up' })
  await stepUp.confirm(await askedCode())
}

/** Asks the terminal itself, whatever is piped in. It shows what is typed, since a code is good once. Rejects with `prompt.unavailable`, `prompt.declined`. */
export const askedCode = (): Promise<string> => askOnTerminal('Code of your authenticator: ', true)

const MIN_CHARACTERS = 10

/** The passphrase of the sealed file; a fresh one twice. */
export async function askPassphrase(fresh: boolean): Promise<string> {
  if (!fresh) return askOnTerminal('Passphrase of your enrolment: ', false)
  const first = await askOnTerminal(`New passphrase, at least ${MIN_CHARACTERS} characters: `, false)
  const refused = (detail: string) => new GatehouseError({ code: 'prompt.declined', detail })
  if (first.length < MIN_CHARACTERS) throw refused(`the passphrase is shorter than ${MIN_CHARACTERS} characters`)
  if ((await askOnTerminal('The same once more: ', false)) !== first) throw refused('the two passphrases differ')
  return first
}
