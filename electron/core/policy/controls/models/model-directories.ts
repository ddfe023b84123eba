import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { ModelDirectory, ModelFile, ModelFileKind, ModelFiles } from '../../../facts/model-files/model-files.ts'
import type { Verdict } from '../../control.ts'

const MODEL_SECTION = 'model-files'

const within = (path: string, base: string) => path === base || path.startsWith(base.endsWith('/') ? base : `${base}/`)

/** Directories that are there, without those that lie inside another one of them. */
export function presentDirectories({ directories }: ModelFiles): readonly ModelDirectory[] {
  const present = directories.filter(({ exists }) => exists)
  return present.filter(
    (one) => !present.some((other) => other !== one && other.path !== one.path && within(one.path, other.path) && other.complete),
  )
}

/** Services that read from this directory; where none says so, every service may. */
export function servicesOf(directory: ModelDirectory, services: readonly InferenceService[]): readonly InferenceService[] {
  const named = services.filter(({ modelPaths }) => modelPaths.some((path) => within(path, directory.path) || within(directory.path, path)))
  return named.length > 0 ? named : services
}

export const noServer: Verdict = {
  status: 'not-applicable',
  subject: '',
  title: 'No inference server and no models',
  reason: 'No inference server was found on this host, and none of the model directories exists.',
  cite: [],
}

/** Judges each directory that is there, and says so where there is none, or a service reads from elsewhere. */
export function judgeDirectories(
  files: ModelFiles,
  services: readonly InferenceService[],
  judge: (directory: ModelDirectory) => readonly Verdict[],
): readonly Verdict[] {
  const present = presentDirectories(files)
  const unlisted = services.flatMap((service) =>
    service.modelPaths
      .filter((path) => path.startsWith('/') && !files.directories.some((directory) => within(path, directory.path)))
      .map((path) => ({ service, path })),
  )
  if (present.length === 0 && unlisted.length === 0) {
    if (services.length === 0) return [noServer]
    return [
      {
        status: 'not-evaluated',
        subject: '',
        title: 'No model directory was found',
        reason: `None of ${files.directories.map(({ path }) => path).join(', ') || 'no paths'} exists.`,
        hint: 'Name the model directories of this host under modelPaths in the fleet file.',
        cite: [{ section: MODEL_SECTION, line: 0 }],
      },
    ]
  }
  const missed = unlisted.map(
    ({ service, path }): Verdict => ({
      status: 'not-evaluated',
      subject: path,
      title: 'A model directory was not looked at',
      reason: `${service.id} reads models from ${path}, which is not among the model directories of the fleet file.`,
      hint: `Add ${path} under modelPaths in the fleet file.`,
      cite: [],
    }),
  )
  return [...present.flatMap(judge), ...missed]
}

/** What to say where nothing wrong was found, but not everything was seen. */
export function incomplete(directory: ModelDirectory, files: ModelFiles): Verdict {
  return {
    status: 'not-evaluated',
    subject: directory.path,
    title: 'Not all model files could be listed',
    reason: `${directory.problem ?? 'The listing was cut short'}: ${directory.path}.`,
    hint: files.sudoers && `Add to sudoers: ${files.sudoers}`,
    cite: [{ section: MODEL_SECTION, line: directory.line }],
  }
}

/** The sum of a kind, with its first example. */
export function citeKind(kind: ModelFileKind, note: string): Citation[] {
  const [example] = kind.examples
  return [
    ...(example ? [{ section: MODEL_SECTION, line: example.line, note }] : []),
    { section: MODEL_SECTION, line: kind.line, ...(!example && { note }) },
  ]
}

/** The line of the directory itself, or where it could not be read the one that says so. */
export const citeDirectory = (directory: ModelDirectory): Citation[] => [
  { section: MODEL_SECTION, line: directory.self?.line ?? directory.line },
]

/** Files of all kinds together. */
export const countOf = (kinds: readonly ModelFileKind[]): number => kinds.reduce((sum, { count }) => sum + count, 0)

/** `1 file`, `2 files`: English alone, as all texts are. */
export const amount = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/** Every directory above lets other accounts pass. One that could not be seen lies behind a closed one, or counts as open. */
export const chainIsOpen = ({ parents }: ModelDirectory): boolean => parents.every(({ mode }) => (mode & 0o001) !== 0)

/** A directory above in which anyone may rename what lies below: writable by all, without the sticky bit. */
export const replaceableParent = ({ parents }: ModelDirectory): ModelFile | undefined =>
  parents.find(({ mode, type }) => type === 'directory' && (mode & 0o002) !== 0 && (mode & 0o1000) === 0)
