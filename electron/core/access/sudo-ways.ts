import { DAY_MS } from '#shared/day.ts'
import type { Citation } from '../facts/citation.ts'
import { oncePer } from '../facts/once-per.ts'
import type { SudoGrant, SudoMember } from '../facts/privileged/privileged.ts'
import { givesRoot, pagesOutput, programsOf } from './escapes.ts'
import { type Member, writes } from './rights.ts'
import { grantLends, grantReaches, grantsNaming, runAsDefault, type SudoAnswer, sudoDecision } from './sudo-decision.ts'
import type { Becoming, SudoRules, World } from './world-model.ts'

export const ownPassword = 'asks for its own password'
const pages = 'only if the pager of a systemd before 247 starts a shell (CVE-2023-26604, which an update may have closed)'
const heeds = 'only if what it runs does as variables of its caller say'

const together = (condition: string | undefined, onlyIf: string | undefined): string | undefined =>
  [condition, onlyIf && `only if ${onlyIf}`].filter(Boolean).join(', ') || undefined

/** sudo asks PAM whether the account still holds, and refuses one that has expired, whatever its rules say (shadow(5)). */
export function hasExpired(member: Member, { access, now }: World): boolean {
  const day = access?.passwords.known ? access.passwords.value.find(({ account }) => account === member.name)?.expiresDay : undefined
  return day !== undefined && day * DAY_MS <= now
}

/** Without a password that fits, sudo that asks for one asks in vain. */
export function passwordOf(member: Member, { access }: World): 'usable' | 'none' | 'unknown' {
  if (!access?.passwords.known) return 'unknown'
  const state = access.passwords.value.find(({ account }) => account === member.name)?.state
  // Not in shadow(5): an account of a directory, whose password lies there.
  return state === undefined ? 'unknown' : state === 'locked' ? 'none' : 'usable'
}

/** Commands of a list with aliases spread out, without those that are negated. */
export const positive = oncePer((member: SudoMember): readonly SudoMember[] => [...commandsOf(member, false, { left: 2000 })])

function* commandsOf(member: SudoMember, turned: boolean, budget: { left: number }): Generator<SudoMember> {
  if (budget.left-- <= 0) return
  if (member.list) for (const one of member.list) yield* commandsOf(one, turned !== member.negated, budget)
  else if (turned === member.negated) yield member
}

/** A word that stands for more than one program. */
const WIDE = /^ALL$|\/$|^\S*[*?[^]/

/** A command that the word stands for, to ask whether a later one takes it back. */
function exampleOf(word: string): { readonly path: string; readonly args: readonly string[] } {
  if (word === 'ALL') return { path: '/usr/bin/anything', args: [] }
  const [path = '', ...args] = word.split(' ')
  const plain = (text: string) => text.replace(/\\(.)/g, '$1').replace(/\*/g, 'x')
  return { path: path.endsWith('/') ? `${path}anything` : plain(path), args: args[0] === '""' ? [] : args.map(plain) }
}

/** What follows from a command of a rule alone, whoever asks for it. */
const readRule = oncePer(({ word }: SudoMember) => ({
  example: exampleOf(word),
  programs: programsOf(word),
  opens: givesRoot(word),
  opensWithoutOthers: givesRoot(word, true),
}))

/** What a password that sudo asks for means: none, one of its own, or one that it does not know (false). */
function asked(member: Member, world: World, says: Pick<SudoAnswer, 'noPassword' | 'othersPassword'>): string | false | undefined {
  if (says.noPassword) return undefined
  return says.othersPassword || passwordOf(member, world) === 'none' ? false : ownPassword
}

/** Rules of sudo(8) and of doas(1), which read alike once they are read. */
const allRules = ({ sudoers, doas, sudoersOnce }: World): readonly SudoRules[] => [sudoers ?? [], doas ?? [], sudoersOnce ?? []].flat()

/** Where the rule stands, and what reads it. */
export const citeOf = ({ file, line }: SudoGrant): Citation => ({ section: isDoas(file) ? 'access' : 'privileged', line })

/** The program that grants: doas has a file of its own, and everything else is said to sudo. */
export const programOf = ({ file }: SudoGrant): 'doas' | 'sudo' => (isDoas(file) ? 'doas' : 'sudo')
const isDoas = (file: string): boolean => file.startsWith('/etc/doas')

/** Whom sudo and doas let the account become, without help of anyone else. */
export function bySudo(member: Member, world: World): readonly Becoming[] {
  return hasExpired(member, world) ? [] : allRules(world).flatMap((rules) => byRules(member, world, rules))
}

function byRules(member: Member, world: World, rules: SudoRules): readonly Becoming[] {
  const { root, members } = world
  const found = new Map<string, Becoming>()
  const fallback = runAsDefault(rules, member, world.host)
  for (const { grant, onlyIf } of grantsNaming(rules.grants, member, world.host)) {
    const words = positive(grant.command)
    const targets = grantReaches(grant, member, root, fallback)
      ? [root]
      : grant.runAsUsers === undefined && grant.runAsGroups === undefined
        ? members.filter(({ name, uid }) => name === fallback && uid !== member.uid)
        : grant.runAsUsers?.length === 0
          ? []
          : world.reached(grant).filter(({ name, uid }) => (uid < 0 ? name !== member.name : uid !== member.uid))
    const add = (target: Member, word: string, by: string, says: SudoAnswer | undefined, cite?: Citation, more?: string) => {
      const password = asked(member, world, says ?? { noPassword: grant.noPassword === true, othersPassword: rules.asksForRoot })
      if (password === false || (says && !says.allowed)) return
      const condition = [together(password, onlyIf), more, rules.onlyOnce].filter(Boolean).join(', ') || undefined
      const before = found.get(target.name)
      if (before && (before.condition === undefined || condition !== undefined)) return
      // Of several rules the last one that fits counts, and says whether there is a password (sudoers(5)).
      const last = says?.grant ?? grant
      found.set(target.name, {
        ...{ becomes: target.name, by, condition, grant: last },
        cite: cite ?? { ...citeOf(last), token: word.slice(0, 60) },
      })
    }
    for (const command of words) {
      const { word, digest } = command
      const { example, programs, ...gives } = readRule(command)
      const opens = (noExec: boolean | undefined) => (noExec ? gives.opensWithoutOthers : gives.opens)
      for (const target of targets.slice(0, 50)) {
        const by = (what: string) => `${programOf(grant)} ${what.slice(0, 60)}${target === root ? '' : ` as ${target.name}`}`
        const says = sudoDecision(rules, member, world.host, target, example)
        if (opens(says?.noExec ?? grant.noExec)) add(target, word, by(word), says)
        // Programs, libraries and all else are those of the folder that is taken for the root.
        else if (says?.chroot === '*' && !word.startsWith('sudoedit')) add(target, word, `${by(word)} in a root of its own`, says)
        // Any program does what a library does that is loaded into it.
        else if (says?.loadsCode && !word.startsWith('sudoedit')) add(target, word, `${by(word)} with LD_PRELOAD`, says)
        else if (world.oldSystemd && pagesOutput(word) && !(says?.noExec ?? grant.noExec))
          add(target, word, by(word), says, undefined, pages)
        else if (says?.heedsCaller) add(target, word, by(word), says, undefined, heeds)
        // Where it follows its caller into its own folder, a link there leads anywhere.
        const edited = says?.editsAnywhere && word.startsWith('sudoedit /') ? word.slice('sudoedit '.length) : undefined
        const loose = edited === undefined ? undefined : writes(member, edited, world.files)
        if (loose) add(target, word, `${loose.why}, which leads to ${by(word)}`, says, loose.cite)
        const inside = says?.chroot?.startsWith('/') ? says.chroot.replace(/\/+$/, '') : ''
        for (const program of digest ? [] : programs) {
          const right = writes(member, `${inside}${program}`, world.files)
          if (right) add(target, word, `${right.why}, which leads to ${by(program)}`, says, right.cite)
        }
        // Settings for single commands, some of which may ask for no password.
        for (const one of WIDE.test(word) ? world.singled : []) {
          const answer = sudoDecision(rules, member, world.host, target, exampleOf(one))
          if (answer?.grant === grant && givesRoot(one, answer.noExec)) add(target, word, by(one), answer)
        }
      }
      // With a group that is root by another name, whoever it runs as is of no account.
      const lent = opens(grant.noExec) ? world.rootGroups.find((group) => grantLends(grant, group)) : undefined
      if (lent) add(root, word, `sudo -g ${lent.name} ${word.slice(0, 60)}`, undefined)
    }
  }
  return [...found.values()]
}

/** What doas calls by its bare name is written so in its rule. */
export const pathsOf = (program: string): readonly string[] => [`/usr/bin/${program}`, `/bin/${program}`, program]

/** May the account run this through sudo or doas, as root? */
export function sudoAllows(
  member: Member,
  world: World,
  path: string,
  args: readonly string[],
): (SudoAnswer & { readonly condition?: string }) | undefined {
  if (hasExpired(member, world)) return undefined
  for (const rules of allRules(world)) {
    const says = sudoDecision(rules, member, world.host, world.root, { path, args })
    const password = says?.allowed ? asked(member, world, says) : false
    if (!says || password === false) continue
    const condition = [together(password, says.onlyIf), rules.onlyOnce].filter(Boolean).join(', ') || undefined
    return { ...says, ...(condition !== undefined && { condition }) }
  }
  return undefined
}
