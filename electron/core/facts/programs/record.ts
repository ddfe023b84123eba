import type { ProgramKind } from './programs.ts'

/** One program as data: how it is recognised, how it authenticates, what it can do to you, and who says so. */
export interface ProgramRecord {
  readonly id: string
  readonly name: string
  readonly kind: ProgramKind
  /** Base name of the program, or of the script that Python runs. */
  readonly program?: RegExp
  /** The first word after the program must be this; for `anywhere` one of its words. */
  readonly command?: RegExp
  readonly anywhere?: RegExp
  /** Its words must mean this, where that takes more than one of them. */
  readonly when?: (words: readonly string[]) => boolean
  /** The application that a server such as uvicorn or gunicorn is told to run. */
  readonly application?: RegExp
  /** `python -m`. */
  readonly module?: RegExp
  /** Path of the program or script, for names that are too common alone. */
  readonly path?: RegExp
  /**
   * A script whose name is too common alone, started in its own folder: a word that it alone takes tells it, the unit or the environment of Python that somebody named after it, or
   * the port that is its own: beside `taken`, a word that others may take, where the port is not its alone.
   */
  readonly script?: {
    readonly name: RegExp
    readonly words: RegExp
    readonly unit: RegExp
    readonly environment: RegExp
    readonly port: number
    readonly taken?: RegExp
  }
  /** A process of this name that listens on TCP by itself is one, whatever its words say (a configuration file may): but on `butPorts`. `ports`: its usual ones. */
  readonly listening?: { readonly name: RegExp; readonly butPorts: readonly number[]; readonly ports: readonly number[] }
  /** Of programs that start another one their options that have a value, by program: what stands behind these is that one's. */
  readonly starts?: Readonly<Record<string, readonly string[]>>
  /** Last part of the repository of a container image; where that is too common alone, the whole of it. */
  readonly image?: RegExp
  readonly repository?: RegExp
  readonly authentication: {
    /** Without any of the words below. */
    readonly usual: 'none' | 'default' | 'unknown'
    /** A word of the command line that switches it on, or off where none of those stands. `--flag value` is held against it as `--flag=value`, too. */
    readonly on?: RegExp
    readonly off?: RegExp
    /** A word with which it asks nobody, or opens a door that does not, whatever else stands there and whatever its other doors answer. */
    readonly never?: RegExp
    /** A word after which nobody can say: it closes some doors and not others, or names a file that is not read. */
    readonly perhaps?: RegExp
    /** A file of its own, which is not read, may end that it asks as usual. */
    readonly inFile?: true
  }
  /**
   * It loads models out of a hub. `model`: flags that name the model, the first that is given counts; `variable` stands for them, and `usual` for both. `others`: flags of what it loads beside, `adapters` those of
   * `name=path`. `off`: HF_HUB_OFFLINE keeps it away, by any word that Python takes for yes or by `1` alone; absent where no switch does.
   */
  readonly hub?: {
    readonly model: readonly string[]
    readonly others?: readonly string[]
    readonly adapters?: readonly string[]
    readonly variable?: string
    readonly usual?: string
    readonly off?: 'python' | 'one'
    /** With this variable it asks ModelScope instead, from which no switch keeps it. */
    readonly modelScope?: string
  }
  /** Flags and files of several kinds decide together whether it asks (`kubelet.ts`). */
  readonly kubelet?: true
  /** Documented routes whose GET only tells something, and does not without credentials where they are wanted. Asked over the wire. */
  readonly telling?: readonly string[]
  /** It passes requests of an engine's own routes on to it: a front, by rules of its own. */
  readonly forwards?: true
  readonly danger: string
  readonly source: string
}
