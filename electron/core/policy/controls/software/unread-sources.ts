import type { Sources } from '../../../facts/sources/sources.ts'

/** Which of the files that a question hangs on were not read, or not to their end; undefined when all were. */
export function unreadSources({ unreadable, cut }: Sources, isWanted: (file: string) => boolean): string | undefined {
  const said = (files: readonly string[], what: string) => {
    const wanted = files.filter(isWanted)
    return wanted.length > 0 ? [`${wanted.slice(0, 5).join(', ')} ${what}`] : []
  }
  const words = [...said(unreadable, 'may not be read'), ...said(cut, 'is longer than what is read of a file')]
  return words.length > 0 ? words.join(', and ') : undefined
}
