import type { Pam, PamEntry, PamModule } from '../../../facts/pam/pam.ts'
import { authenticates, type PamResult } from '../../../facts/pam/run-stack.ts'

/** Modules that ask for something that a person has: one-time codes, push messages, hardware keys. */
const FACTORS = /^pam_(?:google_authenticator|oath|duo|yubico|u2f|otpw|privacyidea|totp|totpcgi|2fa|okta|okta_auth|totp_authenticator)$/
/** Modules that take a password, or ask nothing: with the right password they succeed. */
const PASSWORDS =
  /^pam_(?:unix|unix2|permit|env|nologin|faildelay|faillock|tally2?|cap|selinux|sepermit|shells|securetty|keyinit|motd|mail|gnome_keyring|systemd|limits|umask|loginuid|issue|echo|warn)$/
/** Modules that ask nobody: what they say depends on who comes, from where or when. */
const CONDITIONS = /^pam_(?:succeed_if|access|listfile|localuser|group|time|rootok|rhosts|wheel|exec|script|usertype)$/

/** Who has set up nothing is asked for nothing: most modules call it `nullok`, pam_u2f(8) `nouserok`. */
export const SPARES = /^(?:nullok|nouserok)$/

/** Open branches of a stack that are followed at most: two to the power of this. */
const MAX_OPEN = 8

/** What somebody gets who has the password, and not the second factor. */
export interface SecondFactor {
  /** `no`: the stack lets nobody in without it. `yes`: it does. `unclear`: only if a module that is not known here says yes. */
  readonly bypass: 'no' | 'yes' | 'unclear'
  readonly factors: readonly PamModule[]
  /** Factors that accounts without a secret pass. */
  readonly optionalFor: readonly PamModule[]
}

/** Follows the stack for all that modules may say while every second factor fails, as pam_authenticate(3) does. */
export function secondFactorOf({ auth }: Pam): SecondFactor | undefined {
  const modules = flat(auth)
  const factors = modules.filter(({ name }) => FACTORS.test(name))
  const open = modules.filter(({ name }) => !FACTORS.test(name) && !PASSWORDS.test(name) && name !== 'pam_deny')
  if (open.length > MAX_OPEN) return undefined
  const unclear = new Set(open.filter(({ name }) => !CONDITIONS.test(name)))
  let bypass: SecondFactor['bypass'] = 'no'
  for (let branch = 0; branch < 2 ** open.length && bypass !== 'yes'; branch++) {
    const said = new Map(open.map((module, bit): [PamModule, PamResult] => [module, (branch >> bit) & 1 ? 'success' : 'auth_err']))
    const resultOf = (module: PamModule): PamResult => said.get(module) ?? (PASSWORDS.test(module.name) ? 'success' : 'auth_err')
    if (!authenticates(auth, resultOf)) continue
    bypass = [...unclear].some((module) => said.get(module) === 'success') ? 'unclear' : 'yes'
  }
  return { bypass, factors, optionalFor: factors.filter(({ arguments: words }) => words.some((word) => SPARES.test(word))) }
}

const flat = (entries: readonly PamEntry[]): readonly PamModule[] =>
  entries.flatMap((entry) => ('substack' in entry ? flat(entry.substack) : [entry]))
