import type { AccessGap, AccountAccess, Holding, HostAccess } from '#shared/model/access.ts'
import { type Capability, capabilities } from '#shared/model/capability.ts'
import type { FactResult } from '../facts/fact.ts'
import type { SudoGrant } from '../facts/privileged/privileged.ts'
import { type AccessFacts, accessFactIds } from './access-facts.ts'
import { becomings, becomingsOverLoopback } from './becoming.ts'
import { unseenKeyFiles } from './engine-keys.ts'
import { idpAccess, secondFactors } from './idp-accounts.ts'
import { type Logins, loginsOf } from './logins.ts'
import { openGrants, unlistedHolders } from './netgroups.ts'
import { keyHolders, mapKeys, programKeys, unreadUsers } from './other-users.ts'
import type { Own } from './own.ts'
import { ownCapabilities } from './own-capabilities.ts'
import { unseenPrompts } from './prompts.ts'
import { isOfOwn, lends } from './raised.ts'
import type { Member } from './rights.ts'
import { ownPassword } from './sudo-ways.ts'
import { worldOf } from './world.ts'
import type { Becoming, World } from './world-model.ts'

/** Accounts in one answer: a directory may have more, and then those for which least was found are left out, and counted. */
const MAX_ACCOUNTS = 12_000

/** Everything followed from a host's facts, for as long as they are asked about. */
interface Walk {
  readonly world: World
  readonly steps: Steps
}

/** Several controls ask the same of the same facts: each answer is kept with what it followed from, until something else is asked. */
function keepLast<V>(compute: (facts: AccessFacts, now: number) => V): (facts: AccessFacts, now: number) => V {
  const kept = new WeakMap<AccessFacts['accounts'], { readonly from: readonly unknown[]; readonly value: V }>()
  return (facts, now) => {
    const from = [now, ...accessFactIds.map((id) => (facts[id].known ? facts[id].value : facts[id].reason))]
    const before = kept.get(facts.accounts)
    if (before?.from.every((value, at) => value === from[at])) return before.value
    const value = compute(facts, now)
    kept.set(facts.accounts, { from, value })
    return value
  }
}

/** What every account of a host can really do. `now`: milliseconds since the epoch. */
export const hostAccess = keepLast((facts, now): HostAccess => accessOf(facts, walkOf(facts, now)))

/**
 * How the account becomes root by groups, rules and files, shortest first; undefined where none of them leads there, or there is no such account. Over a program that asks
 * nobody everybody does who reaches it, which is no matter of the account.
 */
export function ownWayToRoot(facts: AccessFacts, now: number, account: string): Holding | undefined {
  const { world, steps } = walkOf(facts, now)
  const member = world.members.find(({ name }) => name === account)
  return member && holdingsOf(member, world, steps, ({ becomes }) => becomes).find(({ capability }) => capability === 'become-root')
}

/** Rules of sudo and doas that make an account root without a password, by account: one of each, for certain where there is one. */
export function rulesWithoutPassword(
  facts: AccessFacts,
  now: number,
): readonly (Pick<Becoming, 'by' | 'condition' | 'cite'> & { readonly account: string; readonly grant: SudoGrant })[] {
  const { world, steps } = walkOf(facts, now)
  return world.members.flatMap(({ name }) => {
    const ways = (steps.get(name)?.becomes ?? []).flatMap(({ becomes, grant, by, condition, cite }) =>
      grant && becomes === world.root.name && !condition?.startsWith(ownPassword) ? [{ account: name, grant, by, condition, cite }] : [],
    )
    return ways.find(({ condition }) => condition === undefined) ?? ways.slice(0, 1)
  })
}

const walkOf = keepLast((facts, now): Walk => {
  const world = worldOf(facts, now)
  const steps = new Map<string, Step>()
  for (const member of world.members) {
    const logins = loginsOf(member, world.access, facts.sshd, now, facts['sshd-matches'])
    const reaches = reachOf(logins, unattended(member, world).length > 0)
    const step = (one: Member): Step => ({
      ...{ own: ownCapabilities(one, world, facts), becomes: becomings(one, world), overLoopback: becomingsOverLoopback(one, world) },
      ...{ logins, reaches },
    })
    steps.set(member.name, step(member))
    for (const joined of world.joined.get(member.name) ?? []) steps.set(joined.id, step(joined.member))
  }
  return { world, steps }
})

function accessOf(facts: AccessFacts, { world, steps }: Walk): HostAccess {
  const lastLogins = new Map(world.access?.lastLogins.known ? world.access.lastLogins.value.map((login) => [login.account, login]) : [])
  const unread = unreadLogins(world.access)
  const all = world.members.map((member): AccountAccess => {
    const { logins } = steps.get(member.name) as { logins: Logins }
    const last = lastLogins.get(member.name)
    return {
      ...{ name: member.name, kind: 'account', ...(member.uid >= 0 && { uid: member.uid }), groups: [...member.groupNames].slice(0, 100) },
      login: logins.open,
      logins: [...logins.ways, ...unattended(member, world)],
      loginNotes: [...logins.notes],
      ...(unread.length > 0 && { unread }),
      keys: logins.keys.map(({ options, file: _, ...key }) => ({
        ...key,
        options: options.map(({ name, value }) => (value === undefined ? name : `${name}="${value}"`)),
      })),
      ...(last && { lastLogin: new Date(last.at).toISOString() }),
      holdings: holdingsOf(member, world, steps, ({ becomes, overLoopback }) => [...becomes, ...overLoopback]),
      proof: proofOf(member),
    }
  })
  const shown = all.filter((account) => account.login !== 'no' || weight(account) > 0)
  const keys = [...keyHolders(facts.services), ...mapKeys(facts.nginx), ...programKeys(facts.programs)]
  const others = [...webAccounts(facts), ...idpOf(facts).accounts, ...keys]
  const accounts = [...heaviest(shown, Math.max(0, MAX_ACCOUNTS - others.length)), ...others].slice(0, MAX_ACCOUNTS)
  const { unlisted } = facts.accounts
  return {
    ...{ accounts, others: all.length - shown.length, gaps: gapsOf(facts, world), services: operated(facts) },
    cut: shown.length + others.length - accounts.length,
    ...(unlisted && { unlisted: unlisted.reason }),
  }
}

const operated = ({ services }: AccessFacts): string[] =>
  services.known ? services.value.flatMap(({ unit, running }) => (running && unit !== undefined ? unit : [])) : []

/** What says of every account how it gets in. Where nothing of access was read, the gap for all of it says so. */
const unreadLogins = (access: World['access']): string[] => [
  ...(access?.keys.known === false ? [access.keys.reason] : []),
  ...(access?.passwords.known === false ? [access.passwords.reason] : []),
]

/** How much an account can do, and by how many ways it gets in. */
const weight = ({ holdings, logins, keys }: AccountAccess): number => holdings.length * 10 + logins.length + keys.length

/** As many as there is room for, in their own order. */
function heaviest(accounts: readonly AccountAccess[], room: number): readonly AccountAccess[] {
  if (accounts.length <= room) return accounts
  const kept = new Set(accounts.toSorted((a, b) => weight(b) - weight(a)).slice(0, room))
  return accounts.filter((account) => kept.has(account))
}

const proofOf = ({ named, account }: Member): AccountAccess['proof'] =>
  named ? { section: named.section, line: named.line } : { section: 'accounts', line: account.line }

const unattended = ({ name, uid }: Member, { access }: World): readonly string[] => [
  ...(access?.cron.known && access.cron.value.some((job) => job.account === name && job.file.startsWith('/var/spool/'))
    ? ['own jobs of cron']
    : []),
  ...(access?.cron.known && access.cron.value.some((job) => job.uid === uid) ? ['own jobs of at'] : []),
  ...(access?.lingering.some(({ account }) => account === name) ? ['user services'] : []),
]

/** Can it connect to what listens on a port of the host, and run programs there if that is asked? */
type Reach = (own: Own) => { readonly condition?: string | undefined } | undefined

interface Step {
  readonly own: readonly Own[]
  readonly becomes: readonly Becoming[]
  readonly overLoopback: readonly Becoming[]
  readonly logins: Logins
  readonly reaches: Reach
}
type Steps = ReadonlyMap<string, Step>

/** By its logins, or because something of it runs anyhow. */
function reachOf({ open, connects, connectsIf, session, ports }: Logins, runsAnyhow: boolean): Reach {
  return ({ port, session: inside }) => {
    if (port === undefined || runsAnyhow) return {}
    if (open === 'no' || !connects || ports?.has(port) === false) return undefined
    if (!inside) return { condition: connectsIf }
    return session ? {} : undefined
  }
}

/** Breadth first, so that of several ways the shortest is shown; one without a condition before one with. `leads`: ways from one account to the next. */
function holdingsOf(member: Member, world: World, steps: Steps, leads: (step: Step) => readonly Becoming[]): Holding[] {
  interface Reached {
    readonly name: string
    readonly path: readonly string[]
    readonly condition: string | undefined
    readonly cites: readonly Becoming['cite'][]
  }
  const held = new Map<Capability, Holding>()
  const hold = (
    capability: Capability,
    from: Reached,
    by: string | undefined,
    condition: string | undefined,
    cite: Becoming['cite'] | undefined,
  ) => {
    const needs = from.condition ?? condition
    const before = held.get(capability)
    if (before && (before.condition === undefined || needs !== undefined)) return
    held.set(capability, {
      capability,
      path: [...from.path, ...(by === undefined ? [] : [by])],
      ...(needs !== undefined && { condition: needs }),
      proofs: [...from.cites, ...(cite ? [cite] : [])].map(({ section, line }) => ({ section, line })),
    })
  }
  const start: Reached = { name: member.name, path: [`account ${member.name}`], condition: undefined, cites: [] }
  const queue: Reached[] = [start]
  const seen = new Map<string, string | undefined>([[member.name, undefined]])
  for (let at = 0; at < queue.length && at < 500; at++) {
    const here = queue[at] as Reached
    if (here.name === world.root.name) {
      const cite = here === start ? { section: 'accounts', line: member.account.line } : undefined
      hold('become-root', here, undefined, undefined, cite)
      continue
    }
    for (const own of steps.get(here.name)?.own ?? []) {
      // Whoever becomes another is on the host already, or comes in as that one.
      const reached = steps.get(member.name)?.reaches(own) ?? steps.get(here.name)?.reaches(own)
      if (reached) hold(own.capability, here, own.by, own.condition ?? reached.condition, own.cite)
    }
    const step = steps.get(here.name)
    for (const { becomes, joins, by, condition, cite } of step ? leads(step) : []) {
      const needs = here.condition ?? condition
      if (seen.has(becomes) && (seen.get(becomes) === undefined || needs !== undefined)) continue
      seen.set(becomes, needs)
      const target = joins ? [] : [becomes === world.root.name ? 'root' : `account ${becomes}`]
      queue.push({ name: becomes, path: [...here.path, by, ...target], condition: needs, cites: [...here.cites, cite] })
    }
    if (member.uid === 0 && here === start)
      hold('become-root', { ...here, path: [`account ${member.name}`, 'uid 0'] }, undefined, undefined, {
        section: 'accounts',
        line: member.account.line,
      })
  }
  const root = held.get('become-root')
  if (root)
    for (const capability of capabilities)
      hold(capability, { ...start, path: root.path, cites: root.proofs, condition: root.condition }, undefined, undefined, undefined)
  return capabilities.flatMap((capability) => held.get(capability) ?? [])
}

const idpOf = (facts: AccessFacts) => idpAccess(facts['oauth2-proxy'], facts.access.known ? facts.access.value.mailAddresses : [])

/** Names in password files of a proxy: they reach inference over the network. */
function webAccounts({ access }: AccessFacts): readonly AccountAccess[] {
  if (!access.known || !access.value.webAccounts.known) return []
  return access.value.webAccounts.value.map(({ name, file, line }) => ({
    ...{
      name,
      kind: 'web',
      groups: [],
      login: 'yes',
      logins: ['proxy password'],
      loginNotes: [],
      keys: [],
      proof: { section: 'access', line },
    },
    holdings: [{ capability: 'send-inference', path: [`name ${name} in ${file}`], proofs: [{ section: 'access', line }] }],
  }))
}

/** What was not read, and which capabilities that leaves open for accounts for which nothing was found. */
function gapsOf(facts: AccessFacts, world: World): AccessGap[] {
  const { access } = world
  const gaps = new Map<string, AccessGap>()
  const everything = [...capabilities]
  const add = (fact: FactResult<unknown> | undefined, leavesOpen: readonly Capability[], more: Pick<AccessGap, 'notModelled'> = {}) => {
    if (fact === undefined || fact.known) return
    gaps.set(fact.reason, {
      reason: fact.reason,
      leavesOpen: [...leavesOpen],
      ...(fact.hint !== undefined && { hint: fact.hint }),
      ...more,
    })
  }
  const { unlisted } = facts.accounts
  // It is others that are not known; what those that are listed can do is, if the directory was asked which of its groups they are in.
  if (unlisted) add({ known: false, reason: `Accounts: ${unlisted.reason}`, sections: ['groups'] }, facts.accounts.joined ? [] : everything)
  add(facts.access, everything)
  add(facts.sudoers, everything)
  if (facts.sudoers.known && facts.sudoers.value.incomplete)
    add({ known: false, reason: `Rules of sudo: ${facts.sudoers.value.incomplete}`, sections: [] }, everything)
  for (const { reason, root } of facts.sudoers.known ? openGrants(facts.sudoers.value) : [])
    add({ known: false, reason: `Rules of sudo: ${reason}`, sections: [] }, root ? everything : ['control-services', 'read-logs'])
  const strangers = [...(facts.sudoers.known ? facts.sudoers.value.grants : []), ...(access?.trust?.doas?.grants ?? [])]
  // Of accounts that are listed the directory was asked which groups they are in. newgrp(1) asks the group instead: whoever is on its list of members is one.
  for (const { reason, hint, ofGroup } of unlistedHolders(strangers, facts.accounts))
    add({ known: false, reason, hint, sections: [] }, facts.accounts.joined && !ofGroup ? [] : everything)
  const doas = access?.trust?.doas?.incomplete
  if (doas !== undefined) add({ known: false, reason: `Rules of doas: ${doas}`, sections: [] }, everything)
  add(facts.units, ['become-root', 'change-configuration'])
  add(facts.services, ['send-inference', 'read-prompts', 'control-services'])
  add(facts['guarded-files'], ['change-configuration', 'change-access', 'read-logs'])
  add(facts['model-files'], ['change-models'])
  for (const { complete, path, problem } of facts['model-files'].known ? facts['model-files'].value.directories : [])
    if (!complete) add({ known: false, reason: `${path}: ${problem ?? 'the listing was cut'}`, sections: [] }, ['change-models'])
  add(access?.shadowGroups, everything)
  add(access?.open, everything)
  add(access?.acls, everything)
  add(access?.polkit, ['become-root', 'control-services'])
  add(access?.cron, ['become-root'])
  // Of those that lend an account or a group it is a condition what they do.
  for (const one of (access?.raised ?? []).filter((raised) => isOfOwn(raised) && Object.keys(lends(raised)).length === 0).slice(0, 20))
    add({ known: false, reason: `${one.path} is ${one.by}, and what it does for its caller is not known`, sections: [] }, ['become-root'], {
      notModelled: true,
    })
  for (const { path, client, insecure } of (access?.trust?.exports ?? []).slice(0, 20)) {
    const who = insecure ? 'whoever asks from there' : 'root there'
    const reason = `NFS gives ${path.slice(0, 80)} to ${client.slice(0, 60)} without root_squash: ${who} writes programs of root into it`
    // Only root opens the ports that it asks for otherwise.
    add({ known: false, reason, sections: [] }, insecure ? ['become-root'] : [], { notModelled: true })
  }
  const granted = access?.trust?.inheriting?.length ? access.trust.capabilities?.unread : undefined
  if (granted !== undefined)
    add({ known: false, reason: `Capabilities of logins: ${granted.slice(0, 100)} was not read`, sections: [] }, ['become-root'])
  const hooks = access?.hooks?.unread ?? []
  if (hooks.length > 0)
    add({ known: false, reason: `Programs that root runs: ${hooks.slice(0, 3).join(', ').slice(0, 200)} may not be read`, sections: [] }, [
      'become-root',
    ])
  const unread = access?.unitPrograms?.unread ?? []
  if (unread.length > 0)
    add(
      {
        known: false,
        reason: `Units: what ${unread.slice(0, 3).join(', ')} starts, or as whom, could not be read`,
        sections: [],
      },
      ['become-root'],
    )
  for (const gap of [...unseenKeyFiles(facts, world), ...unseenPrompts(facts)]) gaps.set(gap.reason, gap)
  for (const reason of idpOf(facts).unknown) add({ known: false, reason, sections: [] }, ['send-inference'])
  for (const gap of [...secondFactors(facts['oauth2-proxy']), ...unreadUsers(facts.nginx, facts.programs)]) gaps.set(gap.reason, gap)
  return [...gaps.values()]
}
