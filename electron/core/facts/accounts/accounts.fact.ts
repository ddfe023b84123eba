import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectAccounts } from './collect.ts'
import { parseGroup, parsePasswd } from './parse.ts'
import { parseJoined } from './parse-joined.ts'
import { parseSources } from './parse-sources.ts'

export const accountsFact: FactDefinition<'accounts'> = {
  id: 'accounts',
  sections: collectAccounts,
  read: ({ section }) => {
    const passwd = section('accounts')
    const group = section('groups')
    const trouble = unusable(passwd, 'Accounts') ?? unusable(group, 'Groups')
    if (trouble) return trouble
    const accounts = parsePasswd(passwd.stdout)
    const { groups, joined } = parseJoined(parseGroup(group.stdout), group.stdout, accounts)
    if (accounts.length === 0) return unknown('Accounts: the passwd database could not be read', ['accounts'])
    if (groups.length === 0) return unknown('Groups: the group database could not be read', ['groups'])
    return known({ accounts, groups, ...(joined && { joined }), ...parseSources(group.stdout, accounts) })
  },
}
