import type { Access, KeyLink } from '../facts/access/access.ts'
import { homeFolders, withoutHomes } from '../facts/access/collect.ts'
import { componentsOf } from '../facts/path-entry.ts'
import { isWithin } from '../is-within.ts'
import type { Member } from './rights.ts'

/** Are keys in this home looked for? The search ends three folders deep, so a home lies in one of these folders or is one. */
export const isSearched = (home: string): boolean =>
  homeFolders.some((folder) => isWithin(home, folder) && home.slice(folder.length).split('/').filter(Boolean).length <= 1) &&
  !withoutHomes.some((folder) => isWithin(home, folder))

/** Where files of keys are looked for: as sshd_config(5) has them by default, and those below /etc/ssh that are named like their account. */
export const FILES_LOOKED_AT = /^(?:(?:%h\/)?\.ssh\/authorized_keys2?|\/etc\/ssh\/authorized_keys(?:\.d)?\/%u|none)$/

/** A link on the way to the keys of a home, which find does not follow and sshd does. */
export const linkTo = (home: string, { keyLinks = [] }: Pick<Access, 'keyLinks'>): KeyLink | undefined => {
  const folder = home.replace(/\/+$/, '')
  return keyLinks.find(({ path }) => ['authorized_keys', 'authorized_keys2'].some((name) => isWithin(`${folder}/.ssh/${name}`, path)))
}

/** `.ssh/authorized_keys` in the home, or a file of its name below /etc/ssh. */
export const isOf = (file: string, name: string, home: string): boolean =>
  file.startsWith(`${home.replace(/\/+$/, '')}/.ssh/`) || /^\/etc\/ssh\/authorized_keys(?:\.d)?\/([^/]+)$/.exec(file)?.[1] === name

/**
 * What StrictModes of sshd_config(5) does not accept: the file of keys, its folders up to the home, owned or written by somebody else. Undefined where
 * nothing of that was seen.
 */
export function looseOn(file: string, { name, home }: Member['account'], paths: Access['paths']): string | undefined {
  const top = file.startsWith(`${home}/`) ? home : '/'
  const way = componentsOf(file).filter((path) => path === top || top === '/' || path.startsWith(`${top}/`))
  return paths.find(({ path, owner, mode }) => way.includes(path) && ((owner !== name && owner !== 'root') || (mode & 0o022) !== 0))?.path
}
