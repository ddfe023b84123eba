import type { GuardedFile, GuardedFiles } from '../../../facts/privileged/privileged.ts'

/** What editors and admins leave beside a file: `inference.key.bak`, `vllm.env~`, `inference.key-2025`. Each says what the file says, but those whose ending says that they may lie open. */
export const copiesOf = (path: string, { files }: GuardedFiles, open: RegExp): readonly GuardedFile[] =>
  files
    .filter((file) => {
      const end = file.path.startsWith(path) ? file.path.slice(path.length) : ''
      return file.type === 'file' && /^[.~_-]/.test(end) && !open.test(end)
    })
    .slice(0, 10)
