import type { Accounts } from '../../../facts/accounts/accounts.ts'
import { parseSudoers } from '../../../facts/privileged/parse-sudoers.ts'

/** A host with root, a service account `ai`, a person `ada`, the audit account and `more`, and groups by name from gid 2000 on. */
export const accounts = (groups: Readonly<Record<string, readonly string[]>> = {}, more: Accounts['accounts'] = []): Accounts => ({
  accounts: [
    { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', line: 1 },
    { name: 'ai', uid: 990, gid: 990, home: '/x', shell: '/usr/sbin/nologin', line: 2 },
    { name: 'ada', uid: 1000, gid: 1000, home: '/home/ada', shell: '/bin/bash', line: 3 },
    { name: 'audit', uid: 991, gid: 991, home: '/x', shell: '/bin/sh', line: 4 },
    ...more,
  ],
  groups: Object.entries(groups).map(([name, members], index) => ({ name, gid: 2000 + index, members, line: 10 + index })),
})
/** The rules of these rows of /etc/sudoers. */
export const sudoers = (text: string) =>
  parseSudoers(text.split('\n').map((row, index) => ({ file: '/etc/sudoers', number: index + 1, text: row, line: index + 1 })))
