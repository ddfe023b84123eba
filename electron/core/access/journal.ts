import type { Own } from './own.ts'
import type { Member } from './rights.ts'
import { citeOf, pathsOf, programOf, sudoAllows } from './sudo-ways.ts'
import type { World } from './world-model.ts'

/** Groups that read the journal of the whole host (systemd-journald.service(8), and the ACLs that systemd sets). */
const journalGroups = ['systemd-journal', 'adm', 'wheel']
/** Of the system; those of accounts hold what their own programs say. */
const SYSTEM_JOURNAL = /^\/var\/log\/journal\/[^/]+\/system[^/]*\.journal$/

/** How the account reads what a unit writes to the journal; without a unit, how it reads all of it. */
export function readsJournal(member: Member, world: World, unit: string | undefined): Omit<Own, 'capability'> | undefined {
  const group = member.groups.find(({ name }) => journalGroups.includes(name))
  if (group) return { by: `group ${group.name}`, cite: { section: 'groups', line: group.line, token: group.name } }
  const listed = byList(member, world)
  if (listed || unit === undefined) return listed
  const [says] = pathsOf('journalctl').flatMap((path) => sudoAllows(member, world, path, ['-u', unit]) ?? [])
  return says && { by: `${programOf(says.grant)} journalctl -u ${unit}`, condition: says.condition, cite: citeOf(says.grant) }
}

/** Others are let in by lists of acl(5), as systemd-journald.service(8) says how. What is named first decides, an account before its groups. */
function byList(member: Member, { files }: World): Omit<Own, 'capability'> | undefined {
  for (const [path, entries] of files.acls) {
    if (!SYSTEM_JOURNAL.test(path)) continue
    const own = entries.filter(({ kind, name }) => kind === 'user' && name === member.name)
    const theirs = own.length > 0 ? own : entries.filter(({ kind, name }) => kind === 'group' && member.groupNames.has(name))
    const entry = theirs.find(({ allows }) => allows.includes('r'))
    if (entry)
      return {
        by: `an ACL lets ${entry.kind === 'user' ? 'it' : `group ${entry.name}`} read ${path}`,
        cite: { section: 'access', line: entry.line },
      }
  }
  return undefined
}
