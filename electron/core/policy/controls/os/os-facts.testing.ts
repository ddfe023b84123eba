import { parseOs } from '../../../facts/os/parse.ts'

/** From what the section prints, so that parser and control are tried together. */
export const os = (text: string) => {
  const parsed = parseOs(`@sysctl\n${text}`)
  if (!parsed) throw new Error('not read')
  return parsed
}
