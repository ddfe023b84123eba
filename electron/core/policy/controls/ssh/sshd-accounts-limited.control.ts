import { defineControl, type Verdict } from '../../control.ts'
import { citeSetting } from './sshd-scopes.ts'

const keywords = ['allowusers', 'allowgroups'] as const

export default defineControl({
  id: 'sshd-accounts-limited',
  item: 'INF-7',
  severity: 'low',
  title: 'SSH names the accounts that may log in',
  rationale:
    'Without a list every account with a shell may log in, also the one that a package or an installer adds tomorrow. Ollama’s installer and CUDA images have added such accounts.',
  needs: ['sshd'],
  remediation: { template: 'sshd-behind-jump' },
  references: ['NIST-800-53:AC-3', 'NIST-800-53:AC-17', 'CIS-8:6.8', 'https://man.openbsd.org/sshd_config#AllowGroups'],
  evaluate: ({ sshd: { settings } }): readonly Verdict[] => {
    const lists = keywords.flatMap((keyword) => (settings[keyword] ?? []).map((entry) => ({ keyword, ...entry })))
    const base = { subject: 'sshd' }
    // sshd -T prints each entry on a line of its own; one that fits every name opens its whole list, and both lists must let somebody in.
    const isOpen = (keyword: string) => lists.some((list) => list.keyword === keyword && list.value.split(/\s+/).some(fitsEveryName))
    const open = lists.length > 0 && lists.every(({ keyword }) => isOpen(keyword))
    if (lists.length > 0 && !open) {
      const reason = `sshd lets in ${lists
        .map(({ keyword, value }) => `${keyword} ${value}`)
        .slice(0, 4)
        .join(', ')
        .slice(0, 200)} only.`
      return [
        {
          ...base,
          status: 'pass',
          title: 'SSH names who may log in',
          reason,
          cite: lists.slice(0, 4).map(citeSetting),
        },
      ]
    }
    const reason = open
      ? 'AllowUsers or AllowGroups fits every name, so everyone may log in.'
      : 'sshd has neither AllowUsers nor AllowGroups, so every account with a shell may log in.'
    return [
      {
        ...base,
        status: 'warning',
        title: 'Every account may log in over SSH',
        reason,
        hint: 'AllowGroups with a group of the admins and of the accounts of Gatehouse.',
        cite: open
          ? lists
              .filter(({ value }) => value.split(/\s+/).some(fitsEveryName))
              .slice(0, 4)
              .map(citeSetting)
          : [{ section: 'sshd', line: 0 }],
      },
    ]
  },
})

/** `*` and `*@10.0.0.0/8`: the part in front of the host names nobody (sshd_config(5), AllowUsers). */
const fitsEveryName = (pattern: string): boolean => /^\*+(?:@.*)?$/.test(pattern)
