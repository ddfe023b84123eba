import type { NginxDirective } from '../nginx.ts'

/** What an `if` looks at, how, and what it holds it against: whatever of it stands in quotes, a parenthesis on its own is left out. */
export function conditionOf({ parameters }: Pick<NginxDirective, 'parameters'>): readonly [left: string, operator: string, right: string] {
  const [left = '', operator = '', right = ''] = withoutParentheses(parameters)
  return [left, operator, right]
}

/** The texts of an `if` that are evaluated before its pattern runs. */
export function textsOf(directive: NginxDirective): string {
  const [left, operator, right] = conditionOf(directive)
  return operator.includes('~') ? left : `${left} ${right}`
}

/** The words of an `if` as they are compared: one to three, since the operator and the right side may be absent, and the right side may be an empty text. */
export function withoutParentheses(words: readonly string[]): readonly string[] {
  const joined = [...words]
  joined[0] = (joined[0] ?? '').replace(/^\(/, '')
  joined[joined.length - 1] = (joined.at(-1) ?? '').replace(/\)$/, '')
  return joined.filter((word, index) => word !== '' || index > 1)
}
