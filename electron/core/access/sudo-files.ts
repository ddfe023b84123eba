import { fnmatch } from '../facts/fnmatch.ts'
import { oncePer } from '../facts/once-per.ts'
import type { SudoGrant, SudoMember } from '../facts/privileged/privileged.ts'
import type { Member } from './rights.ts'
import { grantsNaming } from './sudo-decision.ts'
import { positive, programOf, sudoAllows } from './sudo-ways.ts'
import type { World } from './world-model.ts'

/** How sudo lets an account read or write a file as root, by a program that does nothing else. */
export interface SudoFile {
  readonly by: string
  readonly condition?: string | undefined
  readonly grant: SudoGrant
}

const programs = {
  read: /(?:^|\/)(?:cat|tac|head|tail|[efz]?grep|[xz]?cat|zstdcat|bzcat|less|zless|more|bat|nl|sort|uniq|cut|rev|od|xxd|hexdump|base64|strings|diff|fold|fmt|paste|awk|sed|jq)$/,
  write: /^sudoedit$|(?:^|\/)(?:tee|sponge)$/,
} as const

/** A program that a rule of sudo or doas names for the account. */
export interface Opener {
  readonly path: string
  /** Arguments of the rule. Undefined: it names the program alone, so all are allowed (sudoers(5)). */
  readonly words: readonly string[] | undefined
}

/** Programs that rules let it run, as far as their path is meant. What a later rule takes back is among them. */
export const openersOf = (member: Member, world: World, program: RegExp): readonly Opener[] =>
  [(world.sudoersOnce ?? world.sudoers)?.grants ?? [], world.doas?.grants ?? []].flatMap((grants) =>
    grantsNaming(grants, member, world.host).flatMap(({ grant }) =>
      positive(grant.command)
        .map(openerOf)
        .filter(({ path }) => program.test(path)),
    ),
  )

const openerOf = oncePer(({ word }: SudoMember): Opener => {
  const [path = '', ...words] = word.split(' ')
  return { path, words: words.length > 0 ? words : undefined }
})

/** What answers for each path; undefined where no rule names such a program, as for most accounts. */
export function sudoFiles(member: Member, world: World, does: keyof typeof programs): ((path: string) => SudoFile | undefined) | undefined {
  const openers = openersOf(member, world, programs[does])
  if (openers.length === 0) return undefined
  return (file) => {
    for (const { path, words } of openers.slice(0, 50)) {
      for (const args of words === undefined ? [[file]] : asked(words, file)) {
        const says = sudoAllows(member, world, path, args)
        if (says)
          return { by: `${programOf(says.grant)} ${[path, ...args].join(' ').slice(0, 100)}`, condition: says.condition, grant: says.grant }
      }
    }
    return undefined
  }
}

/**
 * The arguments of a rule with the file where one of its words stands for it. A star of sudoers(5) fits blanks and slashes as well, so that `/var/log/*`
 * lets any file be named behind one of those; those of sudoedit it does not fit.
 */
const asked = (words: readonly string[], file: string): readonly (readonly string[])[] =>
  words.flatMap((word, at) => {
    const filled = (own: string) => words.flatMap((other, index) => (index === at ? own : other.replace(/\*/g, 'x')).split(' '))
    return [
      ...(fnmatch(word, file, false) === true ? [filled(file)] : []),
      ...(/(?<!\\)\*/.test(word) ? [filled(word.replace(/\*/, `x ${file} x`).replace(/\*/g, 'x'))] : []),
    ]
  })
