import { membersOf } from '../../../access/rights.ts'
import { rootWays } from '../../../access/root-ways.ts'
import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'root-groups-empty',
  item: 'INF-5',
  severity: 'high',
  title: 'Nobody is root through a group such as docker',
  rationale:
    'Group docker is root without a password and without a line in any log: docker run -v /:/host gives a root shell. Such members pass every review that looks at sudo alone. It stands beside the service account, because root gets past it.',
  steps: 'Take the account out of the group (gpasswd --delete); rootless Docker or sudo with a password does the same job.',
  needs: ['accounts'],
  uses: ['access'],
  references: [
    'NIST-800-53:AC-6(5)',
    'NIST-800-53:AC-2',
    'CIS-8:5.4',
    'https://docs.docker.com/engine/security/#docker-daemon-attack-surface',
  ],
  evaluate: ({ accounts, access }): readonly Verdict[] => {
    const shadow = access.known ? access.value.shadowGroups : access
    const through = membersOf(accounts).flatMap(({ account }) => {
      if (account.uid === 0) return []
      const ways = rootWays(account, accounts, undefined, access.known ? access.value : undefined)
      return ways.length > 0 ? [{ account, ways }] : []
    })
    if (through.length > 0)
      return through.map(({ account, ways }) => ({
        status: 'warning',
        subject: account.name,
        title: `${account.name.slice(0, 20)} is root through a group`,
        reason: `${account.name} is in ${ways
          .map(({ way, how }) => `${way}: ${how}`)
          .slice(0, 3)
          .join('; ')}.`,
        hint: `gpasswd --delete ${account.name} ${/^group (\S+)/.exec(ways[0]?.way ?? '')?.[1] ?? ''}; rootless Docker or sudo with a password does the same job.`,
        cite: ways.map(({ cite }) => ({ ...cite, note: 'Root by another name.' })),
      }))
    if (accounts.unlisted)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Who is in docker and its like is not known',
          reason: `No listed account is in docker, lxd, disk, shadow or their like, but ${accounts.unlisted.reason}.`,
          hint: 'Look the groups up by name on the host: getent group docker lxd incus-admin libvirt disk shadow kmem.',
          cite: [{ section: 'groups', line: accounts.unlisted.line }],
        },
      ]
    if (!shadow.known)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Who may enter docker and its like is not known',
          reason: `No account is in docker, lxd, disk, shadow or their like, but /etc/gshadow may name others that enter them by newgrp, and it was not read: ${shadow.reason}.`,
          hint: shadow.hint,
          cite: [{ section: 'groups', line: 0 }],
        },
      ]
    const cite = accounts.groups
      .filter(({ name }) => /^(?:docker|lxd|disk|shadow)$/.test(name))
      .map(({ line }) => ({ section: 'groups', line }))
    return [
      {
        status: 'pass',
        subject: '',
        title: 'No group makes anyone root',
        reason: 'docker, lxd, disk, shadow and their like have no members.',
        cite: cite.length > 0 ? cite : [{ section: 'groups', line: 0 }],
      },
    ]
  },
})
