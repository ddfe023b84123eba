import { shellQuote } from '../../../probe/shell-quote.ts'
import { beginRuntime, clearRuntime, commonRuntime, placeRuntime, receiveRuntime } from './deploy-runtime.ts'

/** `finish` takes the last file and puts all in place. */
const runtimes = {
  begin: `${beginRuntime}gh_begin\n`,
  receive: `${receiveRuntime}gh_receive\n`,
  finish: `${receiveRuntime}${placeRuntime}gh_receive\ngh_place\n`,
  place: `${placeRuntime}gh_place\n`,
  clear: `${clearRuntime}gh_clear\n`,
} as const
export type DeployStep = keyof typeof runtimes

/** One file to be put on a host. Every file is known by its content. */
export interface DeployFile {
  /** Below the model; of no meaning for Ollama, whose files are blobs. */
  readonly name: string
  readonly sha256: string
  readonly bytes: number
}

/** What lies where when it is done. */
export interface DeployTarget {
  readonly layout: 'directory' | 'file' | 'ollama'
  /** Model directory, or store of Ollama. */
  readonly root: string
  /** Below `root`: the folder, the file, or the manifest of the model. */
  readonly name: string
  /** `user:group` or `user`; empty takes that of `root`. */
  readonly owner: string
  readonly files: readonly DeployFile[]
  /** Digest of Ollama's manifest; empty otherwise. */
  readonly manifest: string
  /** Folder beside the target in which it is put together. */
  readonly stage: string
}

/** One file as it comes in. */
export interface Receive extends DeployFile {
  /** Bytes that are there already. */
  readonly from: number
}

/**
 * The program of one step, for `/bin/sh` on stdin. All of it stands in one function that the last line calls: cut short, it runs nothing. The
 * bytes of a file follow only after the program said `ready`, when the shell has read all that it will run.
 */
export function deployProgram(step: DeployStep, target: DeployTarget, nonce: string, receive?: Receive): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const { layout, root, name, owner, manifest, stage, files } = target
  const values = {
    ...{ gh_k: nonce, gh_layout: layout, gh_root: root, gh_name: name, gh_owner: owner, gh_manifest: manifest, gh_stage: stage },
    ...(receive && { gh_sha: receive.sha256, gh_bytes: String(receive.bytes), gh_from: String(receive.from) }),
  }
  const variables = Object.entries(values).map(([key, value]) => `${key}=${shellQuote(value)}\n`)
  const calls = files.map((file, index) =>
    ['"$1"', ...[String(index + 1), file.sha256, String(file.bytes), file.name].map(shellQuote), '|| return 1\n'].join(' '),
  )
  const input = receive ? '' : ' </dev/null'
  return `gh_main() {\n${variables.join('')}${commonRuntime}gh_files() {\n${calls.join('')}return 0\n}\n${runtimes[step]}gh_say end\n}\ngh_main${input}\n`
}
