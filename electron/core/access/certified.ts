import type { Principals } from '../facts/access/principals.ts'
import type { Account } from '../facts/accounts/accounts.ts'
import { isWithin } from '../is-within.ts'

type Setting = (keyword: string) => string | undefined

/**
 * What is to be said of certificates of TrustedUserCAKeys, which let in whom they name, or whoever is on the lists that sshd is given (auth2-pubkey.c,
 * user_cert_trusted_ca). Undefined where none lets this account in: there are no such keys, or its list was read and names nobody.
 */
export function certifiedNote(setting: Setting, account: Account, principals: Principals | undefined): string | undefined {
  const authorities = setting('trustedusercakeys') ?? 'none'
  if (authorities === 'none') return undefined
  const may = `a certificate of ${authorities.slice(0, 80)}`
  const [file, command] = ['authorizedprincipalsfile', 'authorizedprincipalscommand'].map((keyword) => setting(keyword) ?? 'none')
  const names = file !== 'none' && command === 'none' ? namesIn(expanded(file ?? '', account), principals) : undefined
  if (names?.length === 0) return undefined
  if (names) return `${may} for ${names.slice(0, 5).join(' or ').slice(0, 160)} may let it in; who has one was not read`
  const lists = [file, command].flatMap((value = 'none') => (value === 'none' ? [] : value.slice(0, 80)))
  const who = lists.length === 0 ? 'who is certified was not read' : `for whom, ${lists.join(' and ')} say, which was not read`
  return `${may} may let it in; ${who}`
}

/** Names of one file; undefined where it was not read. What is not in a folder that was read does not exist, and lets nobody in. */
function namesIn(path: string, principals: Principals | undefined): readonly string[] | undefined {
  if (!principals?.places.some((place) => isWithin(path, place))) return undefined
  if (principals.unread.some((closed) => isWithin(path, closed))) return undefined
  const texts = principals.files.find(({ file }) => file === path)?.texts ?? []
  // Options may stand before a name, as before a key; a comment begins with its sign.
  return texts.flatMap((text) => (/^\s*#/.test(text) ? [] : (/(\S+)\s*(?:#.*)?$/.exec(text.replace(/\s#.*$/, ''))?.[1] ?? [])))
}

/** A place of sshd_config(5) for one account: %h, %u, %U, %%, and relative to its home. */
export function expanded(place: string, { name, home, uid }: Account): string {
  const folder = home.replace(/\/+$/, '')
  const tokens: Readonly<Record<string, string>> = { h: folder, u: name, U: String(uid), '%': '%' }
  const path = place.replace(/%(.)/g, (token, sign: string) => tokens[sign] ?? token)
  return path.startsWith('/') ? path : `${folder}/${path}`
}
