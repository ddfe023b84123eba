import type { Citation } from '../../../facts/citation.ts'
import { readCriteria } from '../../../facts/sshd/sshd-criteria.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { type Scope, type ScopedSetting, scopesOf } from './sshd-scopes.ts'

const keywords = ['allowusers', 'allowgroups'] as const

export default defineControl({
  id: 'sshd-accounts-limited',
  item: 'INF-7',
  severity: 'low',
  title: 'SSH names the accounts that may log in',
  rationale:
    'Without a list every account with a shell may log in, also the one that a package or an installer adds tomorrow. Ollama’s installer and CUDA images have added such accounts.',
  needs: ['sshd'],
  uses: ['sshd-matches'],
  remediation: { template: 'sshd-behind-jump' },
  references: ['NIST-800-53:AC-3', 'NIST-800-53:AC-17', 'CIS-8:6.8', 'https://man.openbsd.org/sshd_config#AllowGroups'],
  evaluate: ({ sshd, 'sshd-matches': matches }): readonly Verdict[] => {
    const base = { subject: 'sshd' }
    const [forAll, ...some] = scopesOf(sshd, matches.known ? matches.value : { matches: [], elsewhere: [] }, keywords)
    const lists = listsOf(forAll)
    const isOpenForAll = isOpen(lists)
    if (lists.length === 0 || isOpenForAll)
      return [
        {
          ...base,
          status: 'warning',
          title: 'Every account may log in over SSH',
          reason: isOpenForAll
            ? 'AllowUsers or AllowGroups fits every name, so everyone may log in.'
            : 'sshd has neither AllowUsers nor AllowGroups, so every account with a shell may log in.',
          hint: 'AllowGroups with a group of the admins and of the accounts of Gatehouse.',
          cite: isOpenForAll ? citeLists(lists.filter(({ value }) => fitsEveryone(value))) : [{ section: 'sshd', line: 0 }],
        },
      ]
    const wider = some.find((scope) => isOpen(listsOf(scope)) && scope.blocks.every(({ criteria }) => !namesAccounts(criteria)))
    if (wider)
      return [
        {
          ...base,
          status: 'warning',
          title: 'A Match block lets every account log in',
          reason: `For ${wider.match} a list fits every name: ${printLists(listsOf(wider))}.`,
          hint: 'Name the accounts in that block as well.',
          cite: citeLists(listsOf(wider)),
        },
      ]
    const unread = matches.known
      ? matches.value.elsewhere.length > 0 && `sshd_config includes ${matches.value.elsewhere.slice(0, 3).join(', ')}, which was not read`
      : matches.reason
    if (unread)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'Match blocks of sshd could not be read',
          reason: `The accounts are named, but a Match block may let in others: ${unread}.`,
          ...(!matches.known && { hint: matches.hint }),
          cite: citeLists(lists),
        },
      ]
    return [
      {
        ...base,
        status: 'pass',
        title: 'SSH names who may log in',
        reason: `sshd lets in ${printLists(lists)} only.`,
        cite: citeLists(lists),
      },
    ]
  },
})

type Lists = readonly (ScopedSetting & { readonly keyword: string })[]

const listsOf = (scope: Scope | undefined): Lists =>
  keywords.flatMap((keyword) => (scope?.list(keyword) ?? []).map((one) => ({ ...one, keyword })))

const fitsEveryone = (value: string): boolean => value.split(/\s+/).some(fitsEveryName)

/** sshd -T prints each entry on a line of its own; one that fits every name opens its whole list, and both lists must let somebody in. */
const isOpen = (lists: Lists): boolean =>
  lists.length > 0 && lists.every(({ keyword }) => lists.some((list) => list.keyword === keyword && fitsEveryone(list.value)))

/** It speaks of some accounts, or members of some groups, alone. */
const namesAccounts = (criteria: string): boolean =>
  readCriteria(criteria)?.some(({ name, patterns }) => (name === 'user' || name === 'group') && !patterns.includes('*')) ?? false

const printLists = (lists: Lists): string =>
  lists
    .map(({ keyword, value }) => `${keyword} ${value}`)
    .slice(0, 4)
    .join(', ')
    .slice(0, 200)

const citeLists = (lists: Lists): readonly Citation[] => lists.slice(0, 4).map(({ cite }) => cite)

/** `*` and `*@10.0.0.0/8`: the part in front of the host names nobody (sshd_config(5), AllowUsers). */
const fitsEveryName = (pattern: string): boolean => /^\*+(?:@.*)?$/.test(pattern)
