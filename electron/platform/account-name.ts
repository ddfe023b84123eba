import { userInfo } from 'node:os'

/** The account at this computer, as written beside what its person decides. Accounts without an entry in passwd(5) have a number only. */
export function accountName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}
