import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectModelFiles } from './collect.ts'
import { parseModelFiles } from './parse.ts'

export const modelFilesFact: FactDefinition<'model-files'> = {
  id: 'model-files',
  sections: collectModelFiles,
  read: ({ context, section }) => {
    const output = section('model-files')
    if (context.modelPaths.length === 0) return known({ directories: [] })
    // A listing that was cut, or made without root, still proves what it shows; the parser marks what is incomplete.
    const partial = output.state === 'truncated' || output.state === 'timed-out' || output.state === 'denied'
    const directories = parseModelFiles(output.stdout)
    if (partial && directories.length > 0) {
      return known({ directories: withUnseen(directories, context.modelPaths), ...(output.sudoers && { sudoers: output.sudoers }) })
    }
    const trouble = unusable(output, 'Model directories')
    if (trouble) return trouble
    if (directories.length === 0) return unknown('Model directories: the listing could not be read', ['model-files'])
    return known({ directories: withUnseen(directories, context.modelPaths) })
  },
}

type Directories = ReturnType<typeof parseModelFiles>

/** Directories that the listing never reached are there, unseen. */
function withUnseen(directories: Directories, paths: readonly string[]): Directories {
  const unseen = paths.filter((path) => !directories.some((directory) => directory.path === path))
  return [
    ...directories,
    ...unseen.map((path) => ({
      path,
      exists: true,
      parents: [],
      entries: [],
      kinds: [],
      complete: false,
      problem: 'The listing was cut short',
      line: 0,
    })),
  ]
}
