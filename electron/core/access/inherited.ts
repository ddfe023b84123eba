import { obeys } from './raised.ts'
import { type Member, runs } from './rights.ts'
import type { Becoming, World } from './world-model.ts'

/**
 * Programs whose files name a capability that the account has from its login: together they are as good as one that is setuid (capabilities(7)). Where PAM reads
 * another file than capability.conf, that is a gap (`host-access.ts`).
 */
export function byInherited(member: Member, { access, root, files }: World): readonly Becoming[] {
  const { capabilities, inheriting = [] } = access?.trust ?? {}
  // A group that it enters later is none of its login.
  if (!capabilities || inheriting.length === 0 || member.lent) return []
  const rule = capabilities.rules.find(({ users }) =>
    users.some((user) => user === '*' || user === member.name || (user.startsWith('@') && member.groupNames.has(user.slice(1)))),
  )
  if (!rule) return []
  return inheriting.flatMap(({ path, capabilities: own, line }): readonly Becoming[] => {
    const held = rule.capabilities.find((capability) => own.includes(capability) || own.includes('all'))
    if (held === undefined || !runs(member, path, files)) return []
    const needs = [
      capabilities.asked ? [] : 'only if a stack of PAM that was not read asks pam_cap',
      obeys({ path, by: held, line })?.condition ?? [],
    ]
    const condition = needs.flat().join(', ') || undefined
    return [
      {
        becomes: root.name,
        by: `${held} by capability.conf, which ${path} takes`,
        condition,
        cite: { section: 'access', line: rule.line },
      },
    ]
  })
}
