import {
  type DeployFile,
  type DeployStep,
  type DeployTarget,
  deployProgram,
  type Receive,
} from '#core/models/registry/deploy/deploy-program.ts'
import type { DemoFile, DemoHost } from './demo-host.ts'
import type { DemoArrival, DemoMachine } from './machine-model.ts'
import { digestOf } from './model-bytes.ts'
import { quotedWords } from './quoted-words.ts'

/** How the program of a file that comes in ends: its bytes follow once it said that it is ready. */
export const END_OF_RECEIVE = 'gh_say end\n}\ngh_main\n'

/** A step of a deployment that this very build would send. */
export interface KnownDeployment {
  readonly step: DeployStep
  readonly target: DeployTarget
  readonly nonce: string
  readonly receive?: Receive
}

const steps: readonly DeployStep[] = ['begin', 'receive', 'finish', 'place', 'clear']

/** Undefined for any other text. */
export function knownDeployment(script: string): KnownDeployment | undefined {
  const value = (name: string) => quotedWords(new RegExp(`^${name}=('(?:[^']|'\\\\'')*')$`, 'm').exec(script)?.[1] ?? '')[0] ?? ''
  const files = [...script.matchAll(/^"\$1" (.*) \|\| return 1$/gm)].map(([, words = '']): DeployFile => {
    const [, sha256 = '', bytes, name = ''] = quotedWords(words)
    return { name, sha256, bytes: Number(bytes) }
  })
  const target: DeployTarget = {
    ...{ layout: value('gh_layout') as DeployTarget['layout'], root: value('gh_root'), name: value('gh_name'), owner: value('gh_owner') },
    ...{ files, manifest: value('gh_manifest'), stage: value('gh_stage') },
  }
  const nonce = value('gh_k')
  if (!/^[0-9a-f]{32}$/.test(nonce)) return undefined
  const coming = files.find(({ sha256 }) => sha256 === value('gh_sha'))
  const receive = coming && { ...coming, from: Number(value('gh_from')) }
  const step = steps.find((one) => deployProgram(one, target, nonce, receive) === script)
  return step && { step, target, nonce, ...(receive && { receive }) }
}

/** Why the program of a step would stop. */
export class Refused extends Error {}

export function arrivalOf(machine: DemoMachine, { root, stage }: DeployTarget): DemoArrival {
  if (machine.now().files.get(root)?.type !== 'directory') throw new Refused(`no-folder ${root}`)
  const key = `${root}/${stage}`
  const arrival = machine.arriving.get(key) ?? { parts: new Map(), done: new Map() }
  machine.arriving.set(key, arrival)
  return arrival
}

/** The lines of a step, or why it stopped. */
export function attempt(nonce: string, work: () => readonly string[]): string {
  try {
    return work()
      .map((line) => `${nonce} ${line}\n`)
      .join('')
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused
    return `${nonce} failed ${refused.message}\n`
  }
}

/** Answers a step that takes no bytes; undefined to another program. */
export function takeDeployStep(machine: DemoMachine, script: string): string | undefined {
  const known = knownDeployment(script)
  if (known === undefined) return undefined
  const { step, target, nonce } = known
  return attempt(nonce, () => {
    const said = step === 'begin' ? begin(machine, target) : []
    if (step === 'place') place(machine, target)
    if (step === 'clear') machine.arriving.delete(`${target.root}/${target.stage}`)
    return [...said, 'end']
  })
}

function begin(machine: DemoMachine, target: DeployTarget): string[] {
  const { parts, done } = arrivalOf(machine, target)
  const host = machine.now()
  const isStore = ['blobs', 'manifests'].every((name) => host.files.get(`${target.root}/${name}`)?.type === 'directory')
  if (target.layout === 'ollama' && !isStore) throw new Refused(`no-store ${target.root}`)
  ownerOf(host, target)
  return target.files.map((file, index) => {
    const { sha256 } = file
    const state = isPresent(host, target, file) ? 'present' : done.has(sha256) ? 'done' : (parts.get(sha256)?.bytes ?? 0)
    return `have ${index + 1} ${state}`
  })
}

const blobOf = ({ root }: DeployTarget, { sha256 }: DeployFile): string => `${root}/blobs/sha256-${sha256}`

/** A blob that the store of Ollama has already: another model of its names the same bytes. */
function isPresent({ files }: DemoHost, target: DeployTarget, file: DeployFile): boolean {
  const there = target.layout === 'ollama' && file.sha256 !== target.manifest ? files.get(blobOf(target, file)) : undefined
  return there !== undefined && there.size === file.bytes && digestOf(there) === file.sha256
}

/** chown(1): `user:` takes the group that the account logs in with. */
function ownerOf({ accounts, groups, files }: DemoHost, { owner, root }: DeployTarget): Pick<DemoFile, 'owner' | 'group'> {
  const folder = files.get(root)
  if (owner === '') {
    if (folder === undefined || folder.owner === 'root') throw new Refused(`no-owner ${root} belongs to root`)
    return { owner: folder.owner, group: folder.group }
  }
  const [name, group = ''] = owner.split(':')
  const account = accounts.find((one) => one.name === name)
  const own = groups.find((one) => (group === '' ? one.gid === account?.gid : one.name === group))
  if (account === undefined || own === undefined) throw new Refused(`no-owner ${owner} is not known`)
  return { owner: account.name, group: own.name }
}

/** Everything at once. */
export function place(machine: DemoMachine, target: DeployTarget): void {
  const arrival = arrivalOf(machine, target)
  machine.put([...(target.layout === 'ollama' ? inStore : inFolder)(machine.now(), target, arrival)])
  machine.arriving.delete(`${target.root}/${target.stage}`)
}

type Put = ReadonlyMap<string, DemoFile | undefined>

/** As a default ACL of the model directory makes it. */
const readable = ({ files }: DemoHost, { root }: DeployTarget) => files.get(root)?.acl === true && { acl: true }

/** In the place of the version before. */
function inFolder(host: DemoHost, target: DeployTarget, { done }: DemoArrival): Put {
  const own = { ...ownerOf(host, target), ...readable(host, target) }
  const path = `${target.root}/${target.name}`
  const folder: DemoFile = { type: 'directory', mode: 0o750, size: 4096, ...own }
  const put = new Map<string, DemoFile | undefined>()
  for (const name of host.files.keys()) if (name === path || name.startsWith(`${path}/`)) put.set(name, undefined)
  if (target.layout === 'directory') put.set(path, folder)
  for (const { name, sha256 } of target.files) {
    const arrived = done.get(sha256)
    if (arrived === undefined) throw new Refused(`incomplete ${sha256}`)
    const above = target.layout === 'file' ? [] : name.split('/').slice(0, -1)
    for (const [index] of above.entries()) put.set(`${path}/${above.slice(0, index + 1).join('/')}`, folder)
    put.set(target.layout === 'file' ? path : `${path}/${name}`, { ...arrived, ...own, mode: 0o440 })
  }
  return put
}

/** The blobs that the store of Ollama has not yet, and the manifest that names them all. */
function inStore(host: DemoHost, target: DeployTarget, { done }: DemoArrival): Put {
  const own = { ...ownerOf(host, target), ...readable(host, target) }
  const put = new Map<string, DemoFile>()
  for (const file of target.files) {
    const arrived = done.get(file.sha256)
    if (arrived === undefined && !isPresent(host, target, file)) throw new Refused(`incomplete ${file.sha256}`)
    if (arrived === undefined) continue
    if (file.sha256 === target.manifest) put.set(`${target.root}/${target.name}`, { ...arrived, ...own, mode: 0o644 })
    else put.set(blobOf(target, file), { ...arrived, ...own, mode: 0o440 })
  }
  return put
}

/** Takes the place of what arrived in part, when it has the hash that it must have. */
export function settle({ parts, done }: DemoArrival, { sha256, bytes }: Receive): void {
  const part = parts.get(sha256)
  if ((part?.bytes ?? 0) !== bytes) throw new Refused('short')
  const arrived: DemoFile = { type: 'file', owner: 'root', group: 'root', mode: 0o600, size: bytes, head: part?.head ?? Buffer.alloc(0) }
  parts.delete(sha256)
  if (digestOf(arrived) !== sha256) throw new Refused('differs')
  done.set(sha256, arrived)
}
