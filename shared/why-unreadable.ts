import { codeOf, messageOf } from './errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'your account may not read it',
  EPERM: 'your account may not read it',
  ELOOP: 'its links lead in a circle',
  EIO: 'its disk or share did not answer',
}

/** Why a file of this computer could not be read (errno(3)); what the system says where that is none of the usual reasons. */
export function whyUnreadable(error: unknown): string {
  return reasons[codeOf(error) ?? ''] ?? messageOf(error)
}

const unwritable: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'your account may not write it',
  EPERM: 'your account may not write it',
  EROFS: 'its disk is read-only',
  ENOSPC: 'its disk is full',
  EDQUOT: 'your share of its disk is used up',
  EIO: 'its disk or share did not answer',
}

/** Why a file of this computer could not be written; what the system says where that is none of the usual reasons. */
export function whyUnwritable(error: unknown): string {
  return unwritable[codeOf(error) ?? ''] ?? messageOf(error)
}
