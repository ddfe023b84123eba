import type { UnreadKeys } from '../../../access/key-owners.ts'
import type { Verdict } from '../../control.ts'

/** What stands where keys of this host were not read. */
export const unreadKeys = (unread: readonly UnreadKeys[]): Verdict => ({
  status: 'not-evaluated',
  subject: '',
  title: 'Not all keys were read',
  reason: `${unread
    .slice(0, 4)
    .map(({ reason }) => reason)
    .join('; ')}${unread.length > 4 ? `; and ${unread.length - 4} more` : ''}.`,
  hint: unread.find(({ hint }) => hint !== undefined)?.hint,
  cite: unread.slice(0, 4).flatMap(({ cite }) => cite ?? []),
})
