import type { SudoGrant } from '../privileged/privileged.ts'
import type { FileLine } from '../privileged/read-block.ts'

const WORD = /"((?:\\.|[^"\\])*)"|((?:\\.|[^\s"\\{}])+)|([{}])/g

/**
 * Rules of doas.conf(5), `permit|deny [options] identity [as target] [cmd command [args …]]`, as grants like those of sudoers(5): the last that fits
 * decides there, too. Without `cmd` any command is meant, without `args` any arguments, without `as` any account.
 */
export function parseDoas(lines: readonly FileLine[]): { readonly grants: readonly SudoGrant[]; readonly incomplete?: string | undefined } {
  const grants: SudoGrant[] = []
  let incomplete: string | undefined
  for (const line of lines) {
    const grant = ruleOf(line)
    if (grant) grants.push(grant)
    else incomplete ??= `${line.file} line ${line.number} could not be read`
  }
  return { grants, incomplete }
}

function ruleOf({ file, line, text }: FileLine): SudoGrant | undefined {
  const bare = text.replace(/(^|\s)#.*$/, '$1')
  // What goes on in the next line was not asked for.
  if (/\\\s*$/.test(bare)) return undefined
  const words = [...bare.matchAll(WORD)].map(([, quoted, plain, brace]) => (quoted ?? plain ?? brace ?? '').replace(/\\(.)/g, '$1'))
  const action = words.shift()
  let noPassword = false
  while (['nopass', 'nolog', 'persist', 'keepenv', 'setenv'].includes(words[0] ?? '')) {
    const option = words.shift()
    if (option === 'nopass') noPassword = true
    if (option === 'setenv') words.splice(0, words.indexOf('}') + 1)
  }
  const identity = words.shift()
  if ((action !== 'permit' && action !== 'deny') || identity === undefined) return undefined
  const take = (keyword: string) => (words[0] === keyword ? words.splice(0, 2)[1] : undefined)
  const target = take('as')
  const command = take('cmd')
  const args = words[0] === 'args' ? words.splice(0) : undefined
  if (words.length > 0) return undefined
  const name = (word: string) => ({ negated: false, word: /^\d+$/.test(word) ? `#${word}` : word.replace(/^:/, '%') })
  const all = [{ negated: false, word: 'ALL' }]
  // Nothing stands for anything else there.
  const exact = (word: string) => word.replace(/[*?[\]\\]/g, '\\$&')
  const given = args === undefined ? [] : args.length > 1 ? args.slice(1).map(exact) : ['""']
  return {
    ...{ users: [name(identity)], hosts: all, runAsUsers: target === undefined ? all : [name(target)], noPassword, file, line },
    command: { negated: action === 'deny', word: command === undefined ? 'ALL' : [exact(command), ...given].join(' ') },
  }
}
