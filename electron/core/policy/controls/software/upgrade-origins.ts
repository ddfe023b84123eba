import { fnmatch } from '../../../facts/fnmatch.ts'
import type { AutomaticUpdates } from '../../../facts/sources/sources.ts'
import type { SecurityArchive, Updates } from '../../../facts/updates/updates.ts'

type Origin = NonNullable<AutomaticUpdates['aptOrigins']>[number]

export interface Chosen {
  /** The pattern that lets the security archive of the release in. */
  readonly origin?: Origin | undefined
  /** A pattern that unattended-upgrades ends at with an error, before anything is installed. */
  readonly broken?: Origin | undefined
}

/**
 * Which pattern of unattended-upgrades fits the security archive whose list the host has (get_allowed_origins and match_whitelist_string in it). A name that was
 * right may be none any more: of another release, or `stable-security` of one that has become old. Without a list the words alone tell.
 */
export function originOfSecurity(origins: readonly Origin[], { securityArchives = [], codenames = [] }: Updates, osId: string): Chosen {
  const broken = origins.find(({ pattern, legacy }) => tokensOf(pattern, legacy) === undefined)
  if (broken) return { broken }
  const fits = ({ pattern, legacy }: Origin): boolean =>
    securityArchives.length === 0
      ? /-security|Debian-Security/i.test(pattern) && !/ESM/.test(pattern)
      : securityArchives.some((archive) => isFor(tokensOf(pattern, legacy) ?? [], archive, { codenames, osId }))
  return { origin: origins.find(fits) }
}

const keys: Readonly<Record<string, keyof SecurityArchive | 'component'>> = {
  ...{ o: 'origin', origin: 'origin', l: 'label', label: 'label', a: 'suite', suite: 'suite', archive: 'suite' },
  ...{ n: 'codename', codename: 'codename', site: 'site', c: 'component', component: 'component' },
}

type Token = readonly [key: keyof SecurityArchive | 'component', value: string]

const variable = /\$(?:\{distro_(?:id|codename)\}|distro_(?:id|codename)(?!\w))/g

/** `o=Debian,n=bookworm-security`; in the list of old `Debian:bookworm-security`, or with a blank between. Undefined where the program ends with an error. */
function tokensOf(pattern: string, legacy: boolean): readonly Token[] | undefined {
  if (pattern.replace(variable, '').includes('$')) return undefined
  if (legacy) {
    const colon = pattern.split(/(?<!\\):/)
    const [origin, suite, ...more] = colon.length > 1 ? colon : pattern.trim().split(/\s+/)
    return suite === undefined || more.length > 0
      ? undefined
      : [
          ['origin', (origin ?? '').replaceAll('\\:', ':').replaceAll('\\,', ',')],
          ['suite', suite.replaceAll('\\,', ',')],
        ]
  }
  const found: Token[] = []
  for (const token of pattern.trim() === '' ? [] : pattern.split(/(?<!\\),/)) {
    const [key = '', value, ...more] = token.split('=').map((part) => part.trim())
    const name = Object.hasOwn(keys, key) ? keys[key] : undefined
    if (value === undefined || more.length > 0 || name === undefined) return undefined
    found.push([name, value.replaceAll('\\,', ',')])
  }
  return found
}

const distributors: Readonly<Record<string, string>> = { debian: 'Debian', ubuntu: 'Ubuntu', raspbian: 'Raspbian' }

function isFor(
  tokens: readonly Token[],
  archive: SecurityArchive,
  { codenames, osId }: { codenames: readonly string[]; osId: string },
): boolean {
  const fits = (codename: string) =>
    tokens.every(([name, value]) => {
      // As the program reads it: a backslash is a letter.
      const pattern = value
        .replace(variable, (name) => (name.includes('codename') ? codename : (distributors[osId] ?? archive.origin)))
        .replaceAll('\\', '\\\\')
      return fnmatch(pattern, { ...archive, component: 'main' }[name], false) === true
    })
  return tokens.length > 0 && (codenames.length > 0 ? codenames : ['']).some(fits)
}
