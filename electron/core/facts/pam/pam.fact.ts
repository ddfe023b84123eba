import { isJumpHost } from '#shared/model/audited-hosts.ts'
import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectPam } from './collect.ts'
import { parsePam } from './parse.ts'

export const pamFact: FactDefinition<'pam'> = {
  id: 'pam',
  sections: collectPam,
  read: ({ section, context }) => {
    if (!isJumpHost(context.fleet, context.host)) return unknown('PAM of sshd: it is read on jump hosts only', [])
    const output = section('pam')
    const trouble = unusable(output, 'PAM of sshd')
    if (trouble) return trouble
    const pam = parsePam(output.stdout)
    return pam ? known(pam) : unknown('PAM of sshd: /etc/pam.d/sshd could not be read', ['pam'])
  },
}
