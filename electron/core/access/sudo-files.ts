import type { SudoGrant } from '../facts/privileged/privileged.ts'
import { positive, sudoAllows, type World } from './becoming.ts'
import { fnmatch } from './fnmatch.ts'
import type { Member } from './rights.ts'
import { grantNames } from './sudo-decision.ts'

/** How sudo lets an account read or write a file as root, by a program that does nothing else. */
export interface SudoFile {
  readonly by: string
  readonly condition?: string | undefined
  readonly grant: SudoGrant
}

const programs = { read: /\/(?:cat|tac|head|tail|grep|egrep|zcat|zgrep|less|more)$/, write: /^sudoedit$|\/tee$/ } as const

interface Opener {
  readonly path: string
  /** Arguments of the rule. Undefined: it names the program alone, so all are allowed (sudoers(5)). */
  readonly words: readonly string[] | undefined
}

/** What answers for each path; undefined where no rule names such a program, as for most accounts. */
export function sudoFiles(member: Member, world: World, does: keyof typeof programs): ((path: string) => SudoFile | undefined) | undefined {
  const openers = (world.sudoers?.grants ?? []).flatMap((grant): readonly Opener[] =>
    grantNames(grant, member, world.host)
      ? [...positive(grant.command)].flatMap((word): readonly Opener[] => {
          const [path = '', ...words] = word.split(' ')
          return programs[does].test(path) ? [{ path, words: words.length > 0 ? words : undefined }] : []
        })
      : [],
  )
  if (openers.length === 0) return undefined
  return (file) => {
    for (const { path, words } of openers.slice(0, 50)) {
      for (const args of words === undefined ? [[file]] : asked(words, file)) {
        const says = sudoAllows(member, world, path, args)
        if (says) return { by: `sudo ${[path, ...args].join(' ').slice(0, 100)}`, condition: says.condition, grant: says.grant }
      }
    }
    return undefined
  }
}

/** The arguments of a rule with the file where one of its words stands for it. */
const asked = (words: readonly string[], file: string): readonly (readonly string[])[] =>
  words.flatMap((word, at) =>
    fnmatch(word, file, false) === true ? [words.map((other, index) => (index === at ? file : other.replace(/\*/g, 'x')))] : [],
  )
