import { type SectionSpec, script } from '../../probe/section.ts'

/** `getent` also asks LDAP and SSSD; the file is what is left where it does not exist. */
const database = (id: string, name: 'passwd' | 'group') =>
  script({
    id,
    script: 'if command -v getent >/dev/null 2>&1; then getent "$1"; else cat "/etc/$1"; fi',
    parameters: [name],
    display: `getent ${name}`,
  })

export const collectAccounts = (): readonly SectionSpec[] => [database('accounts', 'passwd'), database('groups', 'group')]
