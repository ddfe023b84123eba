import type { SudoGrant } from '../privileged/privileged.ts'
import type { FileLine } from '../privileged/read-block.ts'

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

/** A word with a quote or a backslash in it is none of doas.conf’s own. */
interface Word {
  readonly text: string
  readonly plain: boolean
}

/** Words of a line (parse.y, yylex). Undefined where it goes on in the next line, or a quote is left open. */
function wordsOf(text: string): readonly Word[] | undefined {
  const words: Word[] = []
  let open: { text: string; plain: boolean } | undefined
  let quoted = false
  const end = () => {
    if (open) words.push(open)
    open = undefined
  }
  for (let at = 0; at < text.length; at++) {
    const sign = text.charAt(at)
    if (sign === '\\') {
      if (++at >= text.length) return undefined
      open = { text: (open?.text ?? '') + text.charAt(at), plain: false }
    } else if (sign === '"') {
      quoted = !quoted
      open = { text: open?.text ?? '', plain: false }
    } else if (quoted || !/[\s{}#]/.test(sign)) open = { text: (open?.text ?? '') + sign, plain: open?.plain ?? true }
    else {
      end()
      if (sign === '#') break
      if (sign === '{' || sign === '}') words.push({ text: sign, plain: true })
    }
  }
  end()
  return quoted ? undefined : words
}

/** Taken from a variable of whoever calls, so that the loader of doas itself does not see it (ld.so(8)). */
const LOADER = /^LD_(?:PRELOAD|LIBRARY_PATH|AUDIT)=\$/

function ruleOf({ file, line, text }: FileLine): SudoGrant | undefined {
  const words = wordsOf(text)?.slice()
  if (words === undefined) return undefined
  const keyword = (...names: readonly string[]) =>
    words[0]?.plain === true && names.includes(words[0].text) ? words.shift()?.text : undefined
  const action = keyword('permit', 'deny')
  let noPassword = false
  let setEnv = false
  let heeded = false
  for (let option = keyword(...OPTIONS); option !== undefined; option = keyword(...OPTIONS)) {
    if (option === 'nopass') noPassword = true
    if (option === 'keepenv') heeded = true
    if (option !== 'setenv') continue
    const end = words.findIndex(({ text: word, plain }) => plain && word === '}')
    const set = words.splice(0, end + 1).slice(1, -1)
    setEnv ||= set.some(({ text: word }) => LOADER.test(word))
    heeded ||= set.some(({ text: word }) => !word.startsWith('-') && (!word.includes('=') || word.includes('=$')))
  }
  const identity = words.shift()?.text
  if (action === undefined || identity === undefined) return undefined
  const take = (name: string) => (keyword(name) === undefined ? undefined : words.shift()?.text)
  const target = take('as')
  const command = take('cmd')
  const args = command !== undefined && keyword('args') !== undefined ? words.splice(0).map((word) => word.text) : undefined
  if (words.length > 0) return undefined
  const name = (word: string) => {
    const [, sign = '', rest = ''] = /^(:?)(.*)$/.exec(word) ?? []
    return { negated: false, word: `${sign && '%'}${/^\d+$/.test(rest) ? '#' : ''}${rest}` }
  }
  const all = [{ negated: false, word: 'ALL' }]
  // Nothing stands for anything else there.
  const exact = (word: string) => word.replace(/[*?[\]\\]/g, '\\$&')
  const given = args === undefined ? [] : args.length > 0 ? args.map(exact) : ['""']
  return {
    ...{ users: [name(identity)], hosts: all, runAsUsers: target === undefined ? all : [name(target)], noPassword, file, line },
    ...{ exactUsers: true, exactGroups: true },
    ...(setEnv && { setEnv }),
    ...(heeded && { callersVariables: true as const }),
    command: { negated: action === 'deny', word: command === undefined ? 'ALL' : [exact(command), ...given].join(' ') },
  }
}

const OPTIONS = ['nopass', 'nolog', 'persist', 'keepenv', 'setenv'] as const
