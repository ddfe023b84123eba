import type { PushParameter } from '#shared/model/push-parameter.ts'

/** What stands in the field, and one login more: instead of one of that name, and of the only one where there can be no other. */
export function withOneMore(parameter: PushParameter, text: string, login: string): string {
  if (parameter.type === 'integer' || !parameter.many) return login
  const nameOf = (one: string) => one.slice(0, one.indexOf(':') + 1)
  const others = text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && nameOf(one) !== nameOf(login))
  return [...others, login].join(', ')
}
