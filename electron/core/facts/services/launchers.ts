import { basename } from 'node:path/posix'
import { splitCommands } from './shell-commands.ts'

/** A program with its words as the kernel (or Python, as a module) would start it. */
export interface Invocation {
  readonly words: readonly string[]
  readonly module?: string | undefined
  readonly wrapped: boolean
}

interface Launcher {
  /** Options whose value is the next word. */
  readonly valued: readonly string[]
  /** Words before the program that are not options: a priority, an account, a subcommand. */
  readonly positionals: number
}

const plain: Launcher = { valued: [], positionals: 0 }
const runner = (valued: readonly string[]): Launcher => ({ valued, positionals: 1 })
const uv = [
  '--with',
  '--with-requirements',
  '--with-editable',
  '-p',
  '--python',
  '--project',
  '--directory',
  '--extra',
  '--group',
  '--env-file',
  '--index',
  '--index-url',
  '--extra-index-url',
  '--torch-backend',
  '--package',
]

/** Programs that only start another one. Options after their manual pages. */
const launchers: Readonly<Record<string, Launcher>> = {
  env: { valued: ['-u', '--unset', '-C', '--chdir'], positionals: 0 },
  nohup: plain,
  setsid: plain,
  exec: { valued: ['-a'], positionals: 0 },
  time: { valued: ['-f', '-o'], positionals: 0 },
  nice: { valued: ['-n', '--adjustment'], positionals: 0 },
  ionice: { valued: ['-c', '-n', '--class', '--classdata'], positionals: 0 },
  stdbuf: { valued: ['-i', '-o', '-e'], positionals: 0 },
  chrt: { valued: ['-T', '-P', '-D'], positionals: 1 },
  taskset: { valued: [], positionals: 1 },
  numactl: {
    valued: [
      '-i',
      '-N',
      '-m',
      '-C',
      '-p',
      '-P',
      '--interleave',
      '--cpunodebind',
      '--membind',
      '--physcpubind',
      '--preferred',
      '--preferred-many',
    ],
    positionals: 0,
  },
  timeout: { valued: ['-k', '-s', '--kill-after', '--signal'], positionals: 1 },
  tini: { valued: ['-p', '-e'], positionals: 0 },
  'docker-init': { valued: ['-p', '-e'], positionals: 0 },
  catatonit: plain,
  'dumb-init': { valued: ['-r', '--rewrite'], positionals: 0 },
  'systemd-cat': { valued: ['-t', '--identifier', '-p', '--priority'], positionals: 0 },
  gosu: { valued: [], positionals: 1 },
  'su-exec': { valued: [], positionals: 1 },
  chpst: { valued: ['-u', '-U', '-b', '-e', '-/', '-n', '-l', '-L', '-m', '-d', '-o', '-p', '-f', '-c', '-r', '-t'], positionals: 0 },
  's6-setuidgid': { valued: [], positionals: 1 },
  prlimit: plain,
  cgexec: { valued: ['-g'], positionals: 0 },
  flock: { valued: ['-w', '--timeout', '-E', '--conflict-exit-code'], positionals: 1 },
  'systemd-inhibit': { valued: ['--what', '--who', '--why', '--mode'], positionals: 0 },
  setpriv: { valued: ['--reuid', '--regid', '--groups'], positionals: 0 },
  sudo: { valued: ['-u', '-g', '-h', '-p', '-C', '-T', '-D', '-R', '-r', '-t', '--user', '--group'], positionals: 0 },
  doas: { valued: ['-u', '-C'], positionals: 0 },
  runuser: { valued: ['-u', '-g', '-G', '--user', '--group'], positionals: 0 },
  uvx: { valued: [...uv, '--from'], positionals: 0 },
  uv: runner(uv),
  'opentelemetry-instrument': {
    valued: ['--traces_exporter', '--metrics_exporter', '--logs_exporter', '--service_name', '--exporter_otlp_endpoint'],
    positionals: 0,
  },
  'ddtrace-run': plain,
  nsys: runner([
    '-t',
    '--trace',
    '-o',
    '--output',
    '-s',
    '--sample',
    '-w',
    '-f',
    '--force-overwrite',
    '-c',
    '--capture-range',
    '-d',
    '-y',
    '-e',
  ]),
  'xvfb-run': {
    valued: ['-n', '-s', '-e', '-f', '-p', '-w', '--server-num', '--server-args', '--error-file', '--auth-file'],
    positionals: 0,
  },
  dotenv: runner(['-f', '--file']),
  doppler: runner(['-p', '--project', '-c', '--config']),
  pipx: runner(['--spec', '--python', '--pip-args', '-i', '--index-url']),
  poetry: runner(['-C', '-P', '--directory', '--project']),
  pipenv: runner([]),
  pdm: runner(['-p', '--project']),
  hatch: runner(['-e', '--env']),
  pixi: runner(['-e', '--environment', '--manifest-path']),
  conda: runner(['-n', '--name', '-p', '--prefix', '--cwd']),
  mamba: runner(['-n', '--name', '-p', '--prefix', '--cwd']),
  micromamba: runner(['-n', '--name', '-p', '--prefix', '--cwd']),
}

const loader: Launcher = {
  valued: ['--library-path', '--inhibit-rpath', '--audit', '--preload', '--argv0', '--glibc-hwcaps-prepend', '--glibc-hwcaps-mask'],
  positionals: 0,
}

export const shells = /^(?:ba|da|z|k|a|mk|fi)?sh$/
/** With `t` it is the build without the global lock; RHEL's own is called platform-python. */
const python = /^(?:(?:platform-)?python|pypy)[\d.]*t?$/
/** Console scripts of Python that start another program. */
const instruments = /^(?:opentelemetry-instrument|ddtrace-run|dotenv)$/
const assignment = /^[A-Za-z_][A-Za-z0-9_]*=/
const MAX_DEPTH = 8

/** Everything that a command line starts, innermost program by innermost program. A shell string may hold several. */
export function unwrap(argv: readonly string[], depth = 0, wrapped = false): readonly Invocation[] {
  const words = skipAssignments(argv)
  const name = basename((words[0] ?? '').replace(/^-/, ''))
  if (words.length === 0 || depth > MAX_DEPTH) return []
  if (shells.test(name)) return fromShell(words, depth)
  if (python.test(name)) return fromPython(words, wrapped)
  if (/^node(?:js)?$/.test(name)) return fromNode(words, wrapped)
  // What loads programs of Cosmopolitan, such as llamafiles, where the kernel was not told how.
  if (/^\.?ape(?:-[\d.]+)?$/.test(name)) return unwrap(words.slice(1), depth + 1, wrapped)
  // The loader, told to start a program (ld.so(8)), as bundles that bring a C library of their own do.
  if (/^ld-(?:linux|musl)[\w.-]*\.so(?:\.\d+)?$/.test(name)) return unwrap(afterOptions(words.slice(1), loader), depth + 1, wrapped)
  if (name === 'su') return fromSu(words, depth)
  // `uvx` is short for it.
  if (name === 'uv' && words[1] === 'tool' && words[2] === 'run') return unwrap(['uvx', ...words.slice(3)], depth + 1, true)
  const launcher = Object.hasOwn(launchers, name) ? launchers[name] : undefined
  if (!launcher) return [{ words, wrapped }]
  const [program = '', ...rest] = afterOptions(words.slice(1), launcher)
  // These take a version with the name of the package: `vllm@0.11.0`, `vllm==0.11.0`.
  const named = /^(?:uvx|pipx)$/.test(name) ? program.replace(/(?:@|==).*$/s, '') : program
  return named === '' ? [] : unwrap([named, ...rest], depth + 1, true)
}

/** Its words behind the program that it really runs, whatever it calls itself (`exec -a` of bash). Empty where that is not known. */
export const startedAs = ({
  executable,
  argv,
}: {
  readonly executable?: string | undefined
  readonly argv: readonly string[]
}): readonly string[] => (executable === undefined ? [] : [executable.replace(/ \(deleted\)$/, ''), ...argv.slice(1)])

function skipAssignments(words: readonly string[]): readonly string[] {
  const first = words.findIndex((word) => !assignment.test(word))
  return first === -1 ? [] : words.slice(first)
}

/** What a program is told to start, behind options of its own. */
export function afterOptions(words: readonly string[], { valued, positionals }: Launcher): readonly string[] {
  let left = positionals
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (word === '--') {
      if (left === 0) return words.slice(at + 1)
    } else if (word.startsWith('-') && word !== '-') at += valued.includes(word) ? 1 : 0
    else if (left > 0 && !assignment.test(word)) left -= 1
    else return words.slice(at)
  }
  return []
}

/** `sh -c 'text'`, or a script that is named like an engine. */
function fromShell(words: readonly string[], depth: number): readonly Invocation[] {
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (/^-[A-Za-z]*c$/.test(word)) return splitCommands(words[at + 1] ?? '').flatMap((one) => unwrap(one, depth + 1, true))
    if (word === '-o' || word === '--rcfile') at += 1
    else if (!word.startsWith('-') && !word.startsWith('+')) return [{ words: words.slice(at), wrapped: true }]
  }
  return []
}

function fromSu(words: readonly string[], depth: number): readonly Invocation[] {
  const at = words.findIndex((word) => word === '-c' || word === '--command')
  return at === -1 ? [] : splitCommands(words[at + 1] ?? '').flatMap((one) => unwrap(one, depth + 1, true))
}

/** python(1): `-m module args` or `script args`; console scripts such as `vllm` run this way, so the process is the server itself. */
function fromPython(words: readonly string[], wrapped: boolean): readonly Invocation[] {
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (/^-[A-Za-z]*m$/.test(word)) return [{ words: words.slice(at + 2), module: words[at + 1] ?? '', wrapped }]
    if (/^-[A-Za-z]*c$/.test(word)) return []
    if (word === '-X' || word === '-W' || word === '--check-hash-based-pycs') at += 1
    else if (instruments.test(basename(word))) return unwrap(words.slice(at), 1, true)
    else if (!word.startsWith('-')) return [{ words: [besideItsEnvironment(words[0] ?? '', word), ...words.slice(at + 1)], wrapped }]
  }
  return []
}

/** A script without its folder, which is that of the process: where Python is that of a virtual environment, mostly the one that the environment lies in. */
function besideItsEnvironment(interpreter: string, script: string): string {
  const folder = /^(\/.+?)\/(?:installer_files\/)?\.?v?env\/bin\/[^/]+$/.exec(interpreter)?.[1]
  return folder !== undefined && /^(?:\.\/)?[^/]+\.py$/.test(script) ? `${folder}/${script.replace(/^\.\//, '')}` : script
}

/** `node [options] script args`, as console scripts of npm run (node(1)). */
function fromNode(words: readonly string[], wrapped: boolean): readonly Invocation[] {
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (/^(?:-e|-p|-pe|--eval|--print)(?:=|$)/.test(word)) return []
    if (/^(?:-r|--require|--import|--loader|--experimental-loader|-C|--conditions|--env-file)$/.test(word)) at += 1
    else if (!word.startsWith('-')) return [{ words: words.slice(at), wrapped }]
  }
  return []
}
