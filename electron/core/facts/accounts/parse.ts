import type { Account, Group } from './accounts.ts'

/** Names of a directory service may hold blanks and backslashes (`CORP\domain users`), those of the files may not. `+@netgroup` is an entry of NIS (nsswitch.conf(5), compat). */
const NAME = /^[^\s:/,+-](?:[^\n:/,]{0,254}[^\s:/,])?$/
const ID = /^\d{1,10}$/

/** A uid or gid: an unsigned 32-bit number. */
function id(text: string | undefined): number | undefined {
  if (text === undefined || !ID.test(text)) return undefined
  const value = Number(text)
  return value <= 0xffff_ffff ? value : undefined
}

/** passwd(5). Comments, NIS compat lines and lines that break the format are not accounts. */
export function parsePasswd(text: string): Account[] {
  return text.split('\n').flatMap((raw, index) => {
    const fields = raw.split(':')
    const [name = '', , uidText, gidText, , home = '', shell = ''] = fields
    const uid = id(uidText)
    const gid = id(gidText)
    if (fields.length !== 7 || !NAME.test(name) || uid === undefined || gid === undefined) return []
    return [{ name, uid, gid, home, shell, line: index + 1 }]
  })
}

/** group(5). */
export function parseGroup(text: string): Group[] {
  return text.split('\n').flatMap((raw, index) => {
    const fields = raw.split(':')
    const [name = '', , gidText, members = ''] = fields
    const gid = id(gidText)
    if (fields.length !== 4 || !NAME.test(name) || gid === undefined) return []
    return [{ name, gid, members: members.split(',').filter((member) => NAME.test(member)), line: index + 1 }]
  })
}
