import { basename } from 'node:path/posix'
import type { Listener } from '#shared/model/listener.ts'
import type { Process } from '../processes/processes.ts'
import { afterOptions, type Invocation, startedAs, unwrap } from '../services/launchers.ts'
import { unitOf } from '../services/placement.ts'
import { knownPrograms } from './known-programs.ts'
import type { ProgramRecord } from './record.ts'

/** What a command line starts, by the meaning of its words: `vim ngrok.yml` or `grep ray` are none of these. */
export function recogniseProgram(argv: readonly string[], name = ''): ProgramRecord | undefined {
  // Go programs and daemons may show a title of their own instead of their words.
  const started = unwrap(argv)
  for (const one of started) {
    const found = knownPrograms.find((record) => isOf(record, one))
    if (found) return found
  }
  const [first] = started
  // JupyterHub and others rename themselves; the kernel's short name is then all there is.
  return first === undefined && name !== '' ? knownPrograms.find((record) => fits(record, [name])) : undefined
}

/** What a process is that calls itself otherwise, by the program that it really runs. k3s is one program under many names. */
export function programBehind(process: Pick<Process, 'executable' | 'argv'>): ProgramRecord | undefined {
  const record = recogniseProgram(startedAs(process))
  return record?.kubelet ? undefined : record
}

const isOf = (record: ProgramRecord, { words, module }: Invocation): boolean =>
  // `python -m uvicorn …` is `uvicorn …`.
  (module !== undefined && record.module?.test(module) === true) || fits(record, module === undefined ? words : [module, ...words])

/** The words of a command line that are those of the program: not of what starts it, nor of what it starts. */
export function wordsOf(record: ProgramRecord, argv: readonly string[]): readonly string[] {
  const started = unwrap(argv)
  const { words } = started.find((one) => isOf(record, one)) ?? started[0] ?? { words: argv }
  const [program = '', ...all] = words
  const end = all.indexOf('--')
  const rest = end < 0 ? all : all.slice(0, end)
  const valued = record.starts?.[basename(program)]
  return [program, ...(valued ? rest.slice(0, rest.length - afterOptions(rest, { valued, positionals: 0 }).length) : rest)]
}

function fits(record: ProgramRecord, words: readonly string[]): boolean {
  const [path = '', ...rest] = words
  if (record.path?.test(path)) return true
  const named = record.program?.test(basename(path)) ?? false
  if (named)
    return (
      (record.command?.test(rest[0] ?? '') ?? true) &&
      (record.anywhere === undefined || says(record.anywhere, rest)) &&
      (record.when?.(words) ?? true)
    )
  return record.application !== undefined && isRunner(basename(path)) && says(record.application, rest)
}

const says = (pattern: RegExp, words: readonly string[]): boolean => words.some((word) => pattern.test(word))

const isRunner = (name: string): boolean => /^(?:uvicorn|gunicorn|hypercorn|granian|waitress-serve)$/.test(name)

/** What a process is by the socket that it holds itself, where its words leave that open. */
export const programThatListens = (
  { name, pid }: Pick<Process, 'name' | 'pid'>,
  listeners: readonly Listener[],
): ProgramRecord | undefined =>
  knownPrograms.find(
    ({ listening }) =>
      listening?.name.test(name) &&
      listeners.some(({ port, processes }) => !listening.butPorts.includes(port) && processes.some((owner) => owner.pid === pid)),
  )

/** What a script of a common name is, where its folder, which the process is in, was not told. */
export function programOfScript(
  process: Pick<Process, 'argv' | 'cgroup' | 'pid'>,
  listeners: readonly Listener[],
): ProgramRecord | undefined {
  const holds = (port: number) => listeners.some((one) => one.port === port && one.processes.some(({ pid }) => pid === process.pid))
  const isNamed = ({ unit, environment }: NonNullable<ProgramRecord['script']>) =>
    unit.test(unitOf(process) ?? '') || environment.test(environmentOf(process.argv))
  return unwrap(process.argv)
    .flatMap(({ words: [path = '', ...rest], module }) =>
      module === undefined && isBare(basename(path), process.argv)
        ? knownPrograms.find(
            ({ script }) =>
              script?.name.test(basename(path)) &&
              (says(script.words, rest) ||
                isNamed(script) ||
                (holds(script.port) && (script.taken === undefined || says(script.taken, rest)))),
          )
        : undefined,
    )
    .find((record) => record !== undefined)
}

/** Was it started without its folder? What `unwrap` takes for that folder, beside an environment, is a guess. */
const isBare = (script: string, argv: readonly string[]): boolean =>
  script.endsWith('.py') && argv.some((word) => word === script || word === `./${script}`)

/** How the folder is called in which Python lies: of conda and the like the name of the environment. */
const environmentOf = (argv: readonly string[]): string =>
  argv.flatMap((word) => /^\/(?:.+\/)?([^/]+)\/bin\/python[\d.]*$/.exec(word)?.[1] ?? [])[0] ?? ''

/** The program that an image is named after, on whatever registry. */
export function programOfImage(reference: string): ProgramRecord | undefined {
  const whole = (reference.split('@', 1)[0] ?? '').replace(/:[^:/]*$/, '').toLowerCase()
  const name = whole.slice(whole.lastIndexOf('/') + 1)
  return name === '' ? undefined : knownPrograms.find(({ image, repository }) => image?.test(name) || repository?.test(whole))
}
