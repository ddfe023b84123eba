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

/**
 * For how many seconds pam_google_authenticator asks whoever comes from the same address for no code again (`grace_period`, its README). An hour covers the sessions of one
 * piece of work; longer is a key alone for all who share that address, as those behind one router do.
 */
export const GRACE = /^grace_period=0*(\d{1,9})$/
const LONGEST_GRACE_SECONDS = 3600

/** Open branches of a stack that are followed at most: two to the power of this. */
const MAX_OPEN = 8

/** What somebody gets who has the password, and not the second factor. */
export interface SecondFactor {
  /** `no`: the stack lets nobody in without it. `yes`: it does. `unclear`: only if a module that is not known here says yes. */
  readonly bypass: 'no' | 'yes' | 'unclear'
  readonly factors: readonly PamModule[]
  /** Factors that accounts without a secret pass. */
  readonly optionalFor: readonly PamModule[]
  /** Factors that are not asked for a good while after they were. */
  readonly rarely: readonly PamModule[]
}

/** Follows the stack for all that modules may say while every second factor fails, as pam_authenticate(3) does. */
export function secondFactorOf({ auth }: Pam): SecondFactor | undefined {
  const modules = flat(auth)
  const factors = modules.filter(({ name }) => FACTORS.test(name))
  const open = modules.filter(({ name }) => !FACTORS.test(name) && !PASSWORDS.test(name) && name !== 'pam_deny')
  if (open.length > MAX_OPEN) return undefined
  /** Where these say yes without having asked. Of several factors one that spares somebody spares him nothing. */
  const lets = (silent: readonly PamModule[]) => bypassOf(auth, open, silent)
  const passing = (isSilent: (word: string) => boolean): readonly PamModule[] => {
    const silent = factors.filter(({ arguments: words }) => words.some(isSilent))
    return silent.length > 0 && lets(silent) !== 'no' ? silent : []
  }
  return {
    bypass: lets([]),
    factors,
    optionalFor: passing((word) => SPARES.test(word)),
    rarely: passing((word) => Number(GRACE.exec(word)?.[1] ?? 0) > LONGEST_GRACE_SECONDS),
  }
}

function bypassOf(auth: Pam['auth'], open: readonly PamModule[], silent: readonly PamModule[]): SecondFactor['bypass'] {
  const unclear = new Set(open.filter(({ name }) => !CONDITIONS.test(name)))
  let bypass: SecondFactor['bypass'] = 'no'
  for (let branch = 0; branch < 2 ** open.length && bypass !== 'yes'; branch++) {
    const said = new Map(open.map((module, bit): [PamModule, PamResult] => [module, (branch >> bit) & 1 ? 'success' : 'auth_err']))
    const resultOf = (module: PamModule): PamResult =>
      said.get(module) ?? (PASSWORDS.test(module.name) || silent.includes(module) ? 'success' : 'auth_err')
    if (!authenticates(auth, resultOf)) continue
    bypass = [...unclear].some((module) => said.get(module) === 'success') ? 'unclear' : 'yes'
  }
  return bypass
}

const flat = (entries: readonly PamEntry[]): readonly PamModule[] =>
  entries.flatMap((entry) => ('substack' in entry ? flat(entry.substack) : [entry]))
