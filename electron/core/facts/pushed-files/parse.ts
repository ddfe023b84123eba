import { type PushedFile, pushedStates } from './pushed-files.ts'

/** Reads what `core/push/drift.ts` writes: `file STATE TEMPLATE PUSH PATH`, and `diff LINE` for the file above. Undefined when a line is neither. */
export function parsePushedFiles(stdout: string): readonly PushedFile[] | undefined {
  const files: (PushedFile & { diff: string[] })[] = []
  for (const [index, text] of stdout.split('\n').entries()) {
    const [kind = '', word = '', template = '', push = '', ...path] = text.split(' ')
    const state = pushedStates.find((it) => it === word)
    if (kind === 'file' && state !== undefined && path.length > 0)
      files.push({ path: path.join(' '), state, template, push, diff: [], line: index + 1 })
    else if (kind === 'diff' && files.length > 0) files.at(-1)?.diff.push(text.slice('diff '.length))
    else if (text !== '') return undefined
  }
  return files
}
