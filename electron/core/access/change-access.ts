import { pathsNamed } from '../facts/nginx/named-directives.ts'
import { effective } from '../facts/oauth2-proxy/options.ts'
import { oncePer } from '../facts/once-per.ts'
import type { AccessFacts } from './access-facts.ts'
import type { Own } from './own.ts'
import { type Member, writes } from './rights.ts'
import { openersOf, sudoFiles } from './sudo-files.ts'
import { citeOf, programOf, sudoAllows } from './sudo-ways.ts'
import type { World } from './world-model.ts'

/** Programs of shadow-utils and Debian’s adduser, and htpasswd(1): who is there, in which groups, by which password. */
const TOOLS =
  /(?:^|\/)(?:user(?:add|mod|del)|group(?:add|mod|del|mems)|add(?:user|group)|del(?:user|group)|gpasswd|passwd|chpasswd|newusers|chage|htpasswd|htdigest)$/
/** With these they only show. */
const SHOWN_BY: Readonly<Record<string, RegExp>> = { passwd: /^(?:-S|--status)$/, chage: /^(?:-l|--list)$/, htpasswd: /^-[vn]/ }

/** Who else gets in is what the account decides: by lists of names, by keys of others, by who is in a group. */
export function changesAccess(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  return [...byLists(member, world, facts), ...byKeys(member, world), ...byTools(member, world), ...byGroups(member, world, facts)].slice(
    0,
    20,
  )
}

/** Files in which proxies look for who may: names and passwords, mail addresses, authorities of client certificates. */
export const listFiles = oncePer((facts: AccessFacts): ReadonlySet<string> => {
  const nginx = facts.nginx.known ? facts.nginx.value : undefined
  const named = ['auth_basic_user_file', 'ssl_client_certificate'].flatMap((name) => (nginx ? [...pathsNamed(nginx, name).keys()] : []))
  const proxies = facts['oauth2-proxy'].known ? facts['oauth2-proxy'].value : []
  const settings = proxies
    .filter(({ container }) => !container)
    .map((proxy) => effective(proxy, 'authenticated_emails_file'))
    .flatMap((setting) => (setting.known ? setting.values.filter((value) => value.startsWith('/')) : []))
  const guarded = facts['guarded-files'].known ? facts['guarded-files'].value.files : []
  const byName = guarded.flatMap(({ path, type }) => (type === 'file' && /htpasswd|^\/etc\/oauth2-proxy\/.*mail/.test(path) ? path : []))
  return new Set([...named, ...settings, ...byName])
})

function byLists(member: Member, world: World, facts: AccessFacts): readonly Own[] {
  const writing = sudoFiles(member, world, 'write')
  return [...listFiles(facts)].flatMap((path): readonly Own[] => {
    const right = writes(member, path, world.files)
    if (right) return [{ capability: 'change-access', by: `${right.why}, which says who gets in`, cite: right.cite }]
    const file = writing?.(path)
    return file ? [{ capability: 'change-access', by: file.by, condition: file.condition, cite: citeOf(file.grant) }] : []
  })
}

function byKeys(member: Member, world: World): readonly Own[] {
  const writing = sudoFiles(member, world, 'write')
  if (!writing) return []
  return world.members.slice(0, 500).flatMap(({ name, account }): readonly Own[] => {
    const file = name === member.name ? undefined : writing(`${account.home}/.ssh/authorized_keys`)
    return file
      ? [{ capability: 'change-access', by: `${file.by}, keys of ${name}`, condition: file.condition, cite: citeOf(file.grant) }]
      : []
  })
}

function byTools(member: Member, world: World): readonly Own[] {
  return openersOf(member, world, TOOLS).flatMap(({ path, words = ['x'] }): readonly Own[] => {
    const program = path.slice(path.lastIndexOf('/') + 1)
    if (words.some((word) => SHOWN_BY[program]?.test(word))) return []
    const args = words[0] === '""' ? [] : words.map((word) => word.replace(/\\(.)/g, '$1').replace(/\*/g, 'x'))
    const says = sudoAllows(member, world, path, args)
    if (!says) return []
    const by = `${programOf(says.grant)} ${[path, ...args].join(' ').slice(0, 100)}`
    return [{ capability: 'change-access', by, condition: says.condition, cite: citeOf(says.grant) }]
  })
}

/** An administrator of a group puts others into it (gpasswd(1)). */
function byGroups(member: Member, { access }: World, facts: AccessFacts): readonly Own[] {
  const groups = access?.shadowGroups.known ? access.shadowGroups.value : []
  return groups.flatMap(({ name, administrators, line }): readonly Own[] =>
    administrators.includes(member.name) && facts.accounts.groups.some((group) => group.name === name)
      ? [{ capability: 'change-access', by: `administers group ${name} (gpasswd)`, cite: { section: 'access', line, token: name } }]
      : [],
  )
}
