import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { PathEntry } from '../../../facts/path-entry.ts'
import { isPlaceholder } from '../../../facts/placeholder-keys.ts'
import type { GuardedFiles } from '../../../facts/privileged/privileged.ts'
import type { Program } from '../../../facts/programs/programs.ts'
import { isNoSecretByName, namesSecret } from '../../../facts/secret-names.ts'
import { keyFile } from '../../../facts/services/configured.ts'
import { containerOfUnit } from '../../../facts/services/container-run.ts'
import { leftTo } from '../../../facts/services/left-to.ts'
import { secretAssignment, secretFlag } from '../../../facts/services/secret-flag.ts'
import type { Sources } from '../../../facts/sources/sources.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { readExecStart } from '../../../facts/units/words.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { printMode } from '../../path-writers.ts'
import { copiesOf } from '../files/copies.ts'
import { listed } from '../proxy/proxy-paths.ts'
import { judgeUnits } from '../units/unit-subjects.ts'

export default defineControl({
  id: 'inference-secrets-not-in-units',
  item: 'INF-3',
  severity: 'high',
  title: 'Keys of inference servers stand in files that only they can read',
  rationale:
    'systemctl show prints Environment= of every unit to every account, and unit files are world-readable. A key there, or in an environment file with mode 0644, is known to all who can log in.',
  steps: 'Put keys into an EnvironmentFile= of mode 0600, restart the unit, and change each key that others could read.',
  needs: ['services'],
  uses: ['units', 'guarded-files', 'containers', 'programs', 'sources'],
  references: [
    'NIST-800-53:IA-5(7)',
    'CIS-8:3.3',
    'ISO-27001:A.8.12',
    'https://www.freedesktop.org/software/systemd/man/systemd.exec.html',
  ],
  evaluate: ({ services, units, 'guarded-files': guarded, containers, programs, sources }) => {
    const ofModels = [...services, ...(programs.known ? programs.value : [])].flatMap(({ container }) => container ?? [])
    const composed = containers.known ? openCompose(containers.value, new Set(ofModels)) : []
    const judge = (unit: Unit) => judgeUnit(unit, guarded.known ? guarded.value : undefined)
    const known = units.known ? units.value : []
    const open = [...composed, ...openBeside(services, programs.known ? programs.value : [], known, judge)]
    if (services.length === 0 && open.length > 0) return open
    // A unit that makes a container shows the words of that, Quadlets too.
    const made = [...new Set(services.flatMap(({ madeFrom }) => known.find(({ id }) => id === madeFrom?.unit) ?? []))]
    const others = services.filter(({ madeFrom }) => !made.some(({ id }) => id === madeFrom?.unit))
    return [
      ...(sources.known && services.length > 0 ? openLogins(sources.value.loginKeys ?? []) : []),
      ...open,
      ...made.map((unit) => ({ subject: unit.id, ...judge(unit) })),
      ...(made.length > 0 && others.length === 0 ? [] : judgeUnits(others, units, judge, 'files')),
    ]
  },
})

/** Keys of programs beside the engines that lie open: what signs the logins of an interface, the token of a tunnel. */
function openBeside(
  services: readonly InferenceService[],
  programs: readonly Program[],
  units: readonly Unit[],
  judge: (unit: Unit) => Omit<Verdict, 'subject'>,
): readonly Verdict[] {
  const ofServers = new Set(services.flatMap(({ unit, madeFrom }) => [unit, madeFrom?.unit]))
  return [...new Set(programs.flatMap(({ unit }) => units.find(({ id }) => id === unit) ?? []))]
    .filter(({ id }) => !ofServers.has(id))
    .map((unit) => ({ subject: unit.id, ...judge(unit) }))
    .filter(({ status }) => status === 'fail' || status === 'warning')
}

const judgeUnit = (unit: Unit, guarded: GuardedFiles | undefined): Omit<Verdict, 'subject'> => {
  const secrets = Object.keys(unit.environmentSources).filter(
    (name) => (isNamed(name) && isSecret(unit.environment[name])) || LOGIN.test(unit.environment[name] ?? ''),
  )
  const open = secrets.flatMap((name) => openPlace(unit, name))
  open.push(...openCredentials(unit))
  const inCommand = secretFlag(unit.execStart) ?? secretAssignment(unit.execStart)
  if (inCommand) open.push({ name: inCommand, place: 'ExecStart=', line: unit.lines.ExecStart ?? 0, note: 'Every account reads the unit.' })
  open.push(...BESIDE.flatMap((setting) => openCommands(unit, setting)))
  const [first] = open
  if (first)
    return {
      status: 'fail',
      title: 'Every account can read a key of the server',
      reason: `${unit.id} has ${open.map(({ name, place }) => `${name} in ${place}`).join(', ')}, which every account of the host can read.`,
      hint: /(?:^|\/)(?:podman|docker)$/.test(unit.execStart[0] ?? '')
        ? 'Make it a secret of Podman (podman secret create; Secret=NAME,type=env,target=… in the Quadlet), and change the key.'
        : 'Move it into an EnvironmentFile= with mode 0600 owned by root, or LoadCredential=, and change the key.',
      cite: open.map(({ name, line, note }): Citation => ({ section: 'units', line, token: name, note })),
    }
  const copies = guarded ? openCopies(unit, secrets, guarded) : []
  if (copies.length > 0)
    return {
      status: 'warning',
      title: 'A copy of a key file lies open',
      reason: `${unit.id} takes its keys from a file beside which ${copies
        .slice(0, 3)
        .map((copy) => `${copy.path} (${printMode({ ...copy, type: 'file' })})`)
        .join(', ')} can be read by every account. What it holds was not read.`,
      hint: 'Delete it or close it (chmod 600), and change the key where it holds one.',
      cite: copies.map(({ line, path }): Citation => ({ section: 'privileged', line, token: path, note: 'Expected 0600 root:root.' })),
    }
  const elsewhere = unreadOf(unit)
  if (elsewhere !== undefined) {
    const reason = `${unit.id} makes its container from ${elsewhere}, which may set keys. It was not read.`
    const hint = 'Give the container its keys as secrets of Podman (Secret= of a Quadlet).'
    return { status: 'not-evaluated', title: 'Keys may stand in files that were not read', reason, hint, cite: [] }
  }
  const left = containerOfUnit(unit) ? undefined : leftTo(unit.execStart)
  if (left !== undefined) {
    const reason = `${unit.id} leaves the start of its server to ${left}, which may set keys from files of its own. They were not read.`
    const cite = unit.lines.ExecStart ? [{ section: 'units', line: unit.lines.ExecStart, token: left }] : []
    const hint = 'Let the unit start the server itself, with its keys in an EnvironmentFile= of mode 0600.'
    return { status: 'not-evaluated', title: 'Keys may stand in files that were not read', reason, hint, cite }
  }
  const files = keyFilesOf(unit)
  const hidden = files.find(({ path }) => !entryOf(unit, path) && !unit.paths.some((one) => isBehind(path, one)))
  if (hidden) {
    const reason = `The mode of ${hidden.path}, which ${unit.id} gets as ${hidden.name}, could not be read.`
    return { status: 'not-evaluated', title: 'The mode of a key file could not be read', reason, cite: [] }
  }
  if (secrets.length === 0 && files.length > 0) {
    const reason = `${unit.id} gets ${files.map(({ name, path }) => `${name} from ${path}`).join(', ')}, which other accounts cannot read.`
    return {
      status: 'pass',
      title: 'Keys of the server stand in closed files',
      reason,
      cite: [{ section: 'units', line: files[0]?.line ?? 0 }],
    }
  }
  if (secrets.length === 0) {
    const reason = `${unit.id} sets no key, token or password that every account could read${Object.entries(unit.environment).some(([name, value]) => isNamed(name) && isPlaceholder(value)) ? ', but for what guides print in place of one' : ''}.`
    return {
      status: 'pass',
      title: 'No secret stands in the unit',
      reason,
      cite: [{ section: 'units', line: unit.lines.Environment ?? unit.lines.Id ?? 0 }],
    }
  }
  const unseen = secrets.filter((name) => !entryOf(unit, unit.environmentSources[name] ?? ''))
  if (unseen.length > 0) {
    const reason = `The mode of ${unit.environmentSources[unseen[0] ?? '']}, which sets ${unseen[0]}, could not be read.`
    return { status: 'not-evaluated', title: 'The mode of a key file could not be read', reason, cite: [] }
  }
  return {
    status: 'pass',
    title: 'Keys of the server stand in closed files',
    reason: `${unit.id} reads ${secrets.join(', ')} from files that other accounts cannot read.`,
    cite: secrets.flatMap((name) => {
      const entry = entryOf(unit, unit.environmentSources[name] ?? '')
      return entry ? [{ section: 'units', line: entry.line, token: entry.path }] : []
    }),
  }
}

/** What runs before, beside and after the server, as systemd of 243 and newer shows it. */
const BESIDE = ['ExecStartPre', 'ExecStartPost', 'ExecReload', 'ExecStop', 'ExecStopPost']

/** A login at a hub, or a call of the server's own routes (`ExecStartPost=curl -H "Authorization: Bearer …"`). */
const openCommands = (unit: Unit, setting: string): { name: string; place: string; line: number; note: string }[] =>
  (unit.properties[`${setting}Ex`] ?? '').split('\n').flatMap((command) => {
    const words = readExecStart(command)
    const name = secretFlag(words) ?? secretAssignment(words)
    const line = unit.lines[`${setting}Ex`] ?? 0
    return name === undefined ? [] : [{ name, place: `${setting}=`, line, note: 'Every account reads the unit.' }]
  })

/** Names by which engines and their hub take a key: what stands there is theirs. */
const OF_MODELS = /^(?:VLLM_|OLLAMA_|LLAMA_|LOCALAI_|HF_|HUGGING_?FACE|NGC_|API_KEY$)/

/** Files of all logins that set a key. Who may log in reads them, whatever starts the server. */
function openLogins(keys: NonNullable<Sources['loginKeys']>): readonly Verdict[] {
  return [...new Set(keys.map(({ file }) => file))].map((path): Verdict => {
    const own = keys.filter(({ file }) => file === path)
    const ofModels = own.some(({ name }) => OF_MODELS.test(name))
    return {
      status: ofModels ? 'fail' : 'warning',
      subject: path,
      title: 'A key is set for every login',
      reason: `${path} sets ${listed([...new Set(own.map(({ name }) => name))])}, which the audit account read without any right of its own, as every account can.`,
      hint: 'Give it to the program that needs it, by an EnvironmentFile= of mode 0600 or a file in the home of its account, and change the key.',
      cite: own.map(({ name, line }): Citation => ({ section: 'software', line, token: name, note: 'Expected in a closed file.' })),
    }
  })
}

/** Files of Compose that containers of models were made from, and what stands beside them for it, where every account reads a key in them. */
const openCompose = ({ containers, openComposeFiles = [] }: Containers, ofModels: ReadonlySet<string>): readonly Verdict[] =>
  openComposeFiles.flatMap(({ path, of, secrets, line }): readonly Verdict[] => {
    const folder = (file: string) => file.slice(0, file.lastIndexOf('/'))
    const isOf = (file: string) => file === path || file === of || (path.endsWith('.env') && folder(file) === folder(path))
    const made = containers.filter(({ name, madeFrom = [] }) => ofModels.has(name) && madeFrom.some(isOf))
    const [first] = secrets
    if (first === undefined || made.length === 0) return []
    return [
      {
        status: 'fail',
        subject: path,
        title: 'Every account can read a key of the server',
        reason: `${path}, from which Compose made ${listed(made.map(({ name }) => name))}, sets ${listed(secrets)}. Every account of the host can read it.`,
        hint: 'Close it (chmod 640), or move keys into secrets: of Compose or an env_file of mode 0600, and change each key.',
        cite: [{ section: 'containers', line, token: path, note: 'Expected to be closed to other accounts.' }],
      },
    ]
  })

/** What comes with a program, to be filled in. */
const WITHOUT_KEYS = /^.(?:example|sample|template|tmpl|dist|default|dpkg-dist|rpmnew)\b/i

/** Copies of the files that its keys come from, in the folders that are listed (`guardedFolders`), which every account can read. */
const openCopies = (unit: Unit, secrets: readonly string[], guarded: GuardedFiles) => {
  const named = [...secrets.map((name) => unit.environmentSources[name] ?? ''), ...keyFilesOf(unit).map(({ path }) => path)]
  return [...new Set(named)]
    .filter((path) => path !== '' && !unit.paths.some((one) => isBehind(path, one)))
    .flatMap((path) => copiesOf(path, guarded, WITHOUT_KEYS))
    .filter(({ mode }) => (mode & 0o004) !== 0)
}

/** Files that tell a container of its unit what to set: `kube play FILE`, `--env-file FILE` (podman-run(1), podman-kube-play(1)). */
function unreadOf({ execStart }: Unit): string | undefined {
  const [program = '', verb, ...words] = execStart
  if (!/(?:^|\/)(?:podman|docker)$/.test(program)) return undefined
  if (verb === 'kube' || verb === 'play') return words.at(-1)
  const at = words.findIndex((word) => /^--env-file(?:=|$)/.test(word))
  return at < 0 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1])
}

const SECRET = /(?:^|_)(?:API_?KEYS?|ACCESS_KEY|SECRET_KEY|KEY|TOKEN|SECRET|PASSWORD|PASSWD)$/i

const isNamed = (name: string): boolean => (SECRET.test(name) || namesSecret(name)) && !isNoSecretByName(name)

/** Of a proxy (`HTTPS_PROXY=http://ada:hunter2@proxy:3128`), a token in place of an account, and the password of a database, as hosts send them. */
const LOGIN = /^(?:https?:\/\/[^/]*|[a-z][a-z0-9+.-]*:\/\/[^/]*:)(?:\*{4}|‹[^›]*›)@/i

const isSecret = (value = ''): boolean => value !== '' && !isPlaceholder(value)

const entryOf = (unit: Unit, path: string): PathEntry | undefined => unit.paths.find((entry) => entry.path === path)

/** A folder above it that others may not enter. */
const isBehind = (path: string, { path: folder, type, mode }: PathEntry): boolean =>
  type === 'directory' && path.startsWith(`${folder}/`) && (mode & 0o001) === 0

interface KeyFile {
  readonly name: string
  readonly path: string
  readonly line: number
}

/** Files of LoadCredential=: `NAME:PATH` each (systemd.exec(5), Credentials), and the one that llama-server is given; what is a credential there systemd keeps from others. */
function keyFilesOf(unit: Unit): readonly KeyFile[] {
  const credentials = (unit.properties.CredentialFile ?? '').split('\n').flatMap((row) => {
    const at = row.indexOf(':')
    return at > 0 ? [{ name: row.slice(0, at), path: row.slice(at + 1), line: unit.lines.CredentialFile ?? 0 }] : []
  })
  const given = containerOfUnit(unit) ? undefined : keyFile(unit.execStart, unit.environment)
  if (given === undefined || !/^\/(?!run\/credentials\/)/.test(given)) return credentials
  return [...credentials, { name: '--api-key-file', path: given, line: unit.lines.ExecStart ?? 0 }]
}

/** A credential in the unit itself, or in a file that is open to all. Where a file gives the same name, the unit holds a stand-in only. */
function openCredentials(unit: Unit): { name: string; place: string; line: number; note: string }[] {
  const files = keyFilesOf(unit)
  const inUnit = (unit.properties.SetCredential ?? '')
    .split('\n')
    .map((row) => row.replace(/:.*/, ''))
    .filter((name) => name !== '' && !files.some((file) => file.name === name))
  return [
    ...inUnit.map((name) => ({
      name,
      place: 'SetCredential=',
      line: unit.lines.SetCredential ?? 0,
      note: 'Every account reads the unit.',
    })),
    ...files.flatMap(({ name, path, line }) => openFile(unit, name, path, line)),
  ]
}

function openPlace(unit: Unit, name: string): { name: string; place: string; line: number; note: string }[] {
  const source = unit.environmentSources[name] ?? ''
  const line = unit.lines[`Environment:${name}`] ?? 0
  if (source === '') return [{ name, place: 'Environment=', line, note: 'systemctl show prints it to every account.' }]
  return openFile(unit, name, source, line)
}

function openFile(unit: Unit, name: string, source: string, line: number): { name: string; place: string; line: number; note: string }[] {
  const entry = entryOf(unit, source)
  if (!entry || (entry.mode & 0o004) === 0) return []
  const closedAbove = unit.paths.some((one) => isBehind(source, one))
  return closedAbove
    ? []
    : [{ name, place: `${source} (${printMode(entry)})`, line, note: `${printMode(entry)}. Expected 0600 root:root.` }]
}
