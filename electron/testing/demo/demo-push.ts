import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type AskedStep, type HostPush, type HostStep, hostProgram, hostSteps } from '#core/push/host/program.ts'
import type { HostFile } from '#core/push/templates/host-file.ts'
import { bootUndos } from '#shared/model/push-plan.ts'
import type { FileEdit, FileKind } from '#shared/model/push-template.ts'
import { edited } from './account-files.ts'
import { isOfUnit, ownedBy } from './demo-machine.ts'
import type { DemoMachine } from './machine-model.ts'
import { formerOwners, givenOwners } from './model-owners.ts'
import { quotedWords } from './quoted-words.ts'

/** How a message of a push ends: what the shell of a simulated host waits for. */
export const END_OF_MESSAGE = / over'; }\n$/

/** What a real host takes until a restarted service listens again, and until it has been up for a while. */
const LISTENS_MS = 300
const SETTLE_MS = 2000
const MAX_UNDO_SECONDS = 900

interface KnownMessage {
  readonly asked: readonly AskedStep[]
  readonly push: HostPush
}

/** A message of a push, when this build would send the very same text. */
export function knownMessage(script: string): KnownMessage | undefined {
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(script)?.[1] ?? ''
  const { contents, random } = contentsIn(script)
  // The undo, which a step may carry as a quoted word, says it all again.
  const own = script.slice(0, script.indexOf('return "$gh_all"'))
  const files = [...own.matchAll(/^"\$1" (.*) \|\| gh_all=1$/gm)].map(([, words = ''], index): HostFile => {
    const [, path = '', uid, gid, mode = '', before = '', after = '', kind = '', rule, names = ''] = quotedWords(words)
    const content = contents.get(index + 1) ?? ''
    const edit = rule === undefined ? {} : { edit: { rule: rule as FileEdit, names: names.split(' ') } }
    return {
      kind: kind as FileKind,
      path,
      uid: Number(uid),
      gid: Number(gid),
      mode,
      before,
      after,
      content,
      random: random.has(index + 1),
      ...edit,
    }
  })
  const push: HostPush = {
    id: quotedWords(value('gh_id'))[0] ?? '',
    who: quotedWords(value('gh_who'))[0] ?? '',
    unit: quotedWords(value('gh_unit'))[0] ?? '',
    reverts: quotedWords(value('gh_reverts'))[0] ?? '',
    undoAfterSeconds: Number(value('gh_seconds')),
    ...bootOf(value('gh_boot')),
    open: (quotedWords(value('gh_open'))[0] ?? '').split(' ').filter(Boolean).map(Number),
    files,
  }
  // Each step is told by itself first.
  const nonces = new Set([...script.matchAll(/^gh_k=([0-9a-f]{32})$/gm)].flatMap(([, nonce = '']) => nonce))
  const asked = [...nonces].flatMap((nonce): AskedStep[] => {
    const body = (step: HostStep) => hostProgram([{ step, nonce }], push).split('\n').slice(2, -5).join('\n')
    const step = hostSteps.find((one) => script.includes(`${body(one)}\n)\n`))
    return step ? [{ step, nonce }] : []
  })
  return asked.length > 0 && hostProgram(asked, push) === script ? { asked, push } : undefined
}

const bootOf = (word: string): Pick<HostPush, 'boot'> => {
  const boot = bootUndos.find((one) => one === word)
  return boot ? { boot } : {}
}

/** What the files are to hold, by number, and which of them end with digits that the host makes. */
function contentsIn(script: string): { readonly contents: ReadonlyMap<number, string>; readonly random: ReadonlySet<number> } {
  const found = [...script.matchAll(/^(\d+)\) printf %s ((?:[^']|'(?:[^']|'\\'')*')*?)( && od [^;]*)? ;;$/gm)]
  return {
    contents: new Map(found.map(([, number, word = '']) => [Number(number), quotedWords(word)[0] ?? ''])),
    random: new Set(found.flatMap(([, number, , digits]) => (digits === undefined ? [] : [Number(number)]))),
  }
}

/** Takes the steps of a message on a simulated host: the same answers, the same order, the same refusals as the program gives on a real one. */
export async function takeSteps(machine: DemoMachine, { asked, push }: KnownMessage, write: (text: string) => void): Promise<void> {
  for (const { step, nonce } of asked) {
    const said: string[] = []
    const say = (text: string) => void said.push(`${nonce} ${text}\n`)
    try {
      await steps[step](machine, push, say)
      write(`${said.join('')}${nonce} end\n`)
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused
      write(`${said.join('')}${nonce} failed ${refused.message}\n`)
      break
    }
  }
  write(`${asked.at(-1)?.nonce} over\n`)
}

class Refused extends Error {}

type Say = (text: string) => void
type Take = (machine: DemoMachine, push: HostPush, say: Say) => Promise<void> | void

const steps: Readonly<Record<HostStep, Take>> = {
  read: (machine, push, say) => read(machine, push, say, false),
  inspect: (machine, push, say) => read(machine, push, say, true),
  look,
  stage(machine, push, say) {
    for (const file of push.files)
      if (machine.state(file) !== file.before) throw new Refused(`conflict ${file.path} ${machine.state(file)}`)
    if (push.reverts !== '' && !machine.kept.has(push.reverts)) throw new Refused('not-kept the host has no copy from before')
    if (activeState(machine, push) !== 'active') throw new Refused(`not-active ${push.unit}`)
    if (machine.open) {
      look(machine, push, say)
      throw new Refused('busy')
    }
    machine.open = { push, since: Math.floor(Date.now() / 1000), marks: new Set(), old: machine.now(), settledAtMs: 0, dueAtMs: 0 }
  },
  arm(machine, push) {
    mine(machine, push)
    arm(machine, push, push.undoAfterSeconds)
  },
  write(machine, push) {
    const open = armed(machine, push)
    for (const file of push.files)
      if (machine.state(file) !== file.before) throw new Refused(`conflict ${file.path} ${machine.state(file)}`)
    open.marks.add('writing')
    const kept = machine.kept.get(push.reverts)
    machine.put(open.push.files.map((file) => [file.path, kept ? kept.files.get(file.path) : machine.made(file)]))
  },
  async activate(machine, push, say) {
    armed(machine, push)
    if (restarts(push)) machine.restart(push.unit)
    giveOwners(machine, push)
    mine(machine, push).settledAtMs = performance.now() + SETTLE_MS
    await pause(LISTENS_MS)
    if (activeState(machine, push) !== 'active') throw new Refused(`inactive ${push.unit} does not stay up`)
    tellFiles(machine, push, say)
  },
  async commit(machine, push, say) {
    await pause(Math.max(0, mine(machine, push).settledAtMs - performance.now()))
    const open = armed(machine, push)
    for (const file of push.files) if (machine.state(file) !== file.after) throw new Refused(`conflict ${file.path} ${machine.state(file)}`)
    open.marks.add('committed')
    disarm(machine)
    look(machine, push, say)
  },
  extend(machine, push, say) {
    const open = armed(machine, push)
    const leftMs = open.dueAtMs - performance.now()
    const seconds = Math.min(MAX_UNDO_SECONDS, Math.floor(leftMs / 1000) + push.undoAfterSeconds)
    arm(machine, push, seconds)
    say(`undo-in ${seconds}`)
  },
  undo(machine, push, say) {
    if (machine.open?.push.id === push.id && machine.open.undo) undo(machine, push)
    else if (machine.open?.push.id === push.id && !machine.open.marks.has('writing')) machine.open = undefined
    look(machine, push, say)
  },
  clear(machine, push, say) {
    const { open } = machine
    if (open?.push.id === push.id && !open.undo && (open.marks.has('undone') || open.marks.has('committed'))) {
      if (open.marks.has('committed')) machine.kept.set(push.id, open.old)
      machine.open = undefined
    }
    look(machine, push, say)
  },
}

function read(machine: DemoMachine, push: HostPush, say: Say, isRoot: boolean): void {
  for (const [index, file] of push.files.entries()) {
    const state = machine.state(file)
    const there = machine.now().files.get(file.path)
    // The audit account is in no group of a file.
    const closed = !isRoot && there !== undefined && (there.mode & 0o004) === 0 && /^[0-9a-f]{64}:/.test(state)
    say(`file ${index + 1} ${closed ? `unread:${ownedBy(machine.now(), there)}` : state}`)
    if (file.edit && there?.content !== undefined && !closed) {
      const { text, changes } = edited(there.content, file.edit)
      say(`edited ${index + 1} ${createHash('sha256').update(text).digest('hex')}:${ownedBy(machine.now(), there)}`)
      for (const line of changes) say(`changes ${index + 1} ${line}`)
    }
    if (closed || file.edit || state.startsWith('kept:')) continue
    for (const line of base64Lines(there?.content ?? '')) say(`content ${index + 1} ${line}`)
  }
  say(`unit ${activeState(machine, push)}`)
  say('init systemd')
}

/** nginx goes on with its process, and what it reads anew is what its files say. */
const restarts = ({ files }: HostPush): boolean => files.some(({ kind }) => kind === 'systemd-drop-in')

const ownsModels = ({ files }: HostPush): boolean => files.some(({ kind }) => kind === 'model-owners')

function giveOwners(machine: DemoMachine, push: HostPush): void {
  const { open } = machine
  const kept = machine.kept.get(push.reverts)
  if (!open || !ownsModels(push)) return
  machine.put(kept ? formerOwners(machine.now(), open.old, kept) : givenOwners(machine.now()))
}

function look(machine: DemoMachine, push: HostPush, say: Say): void {
  const { open } = machine
  if (open) {
    say(`open ${open.push.id} ${open.since} ${open.push.who}`)
    for (const mark of open.marks) say(`mark ${mark}`)
    if (open.undo) say('armed')
  }
  if (machine.kept.has(push.id)) say('kept')
  tellFiles(machine, push, say)
  say(`unit ${activeState(machine, push)}`)
}

function tellFiles(machine: DemoMachine, push: HostPush, say: Say): void {
  for (const [index, file] of push.files.entries()) {
    const state = machine.state(file)
    say(`file ${index + 1} ${state}`)
    const [digest = '', ...own] = state.split(':')
    if (own.length !== 3) continue
    const bytes = Buffer.from(machine.now().files.get(file.path)?.content ?? '').toString('base64')
    const by = digest === 'kept' ? '- -' : push.open?.includes(index + 1) ? `bytes ${bytes}` : `openssl ${digest}`
    say(`again ${index + 1} ${own.join(':')} ${by}`)
  }
}

function mine(machine: DemoMachine, { id }: HostPush) {
  if (machine.open?.push.id !== id) throw new Refused('lost')
  return machine.open
}

function armed(machine: DemoMachine, push: HostPush) {
  const open = mine(machine, push)
  if (!open.undo || open.marks.has('undone')) throw new Refused('undone')
  return open
}

function arm(machine: DemoMachine, push: HostPush, seconds: number): void {
  disarm(machine)
  const { open } = machine
  if (!open) return
  open.undo = setTimeout(() => undo(machine, push), seconds * 1000).unref()
  open.dueAtMs = performance.now() + seconds * 1000
}

function disarm(machine: DemoMachine): void {
  clearTimeout(machine.open?.undo)
  if (machine.open) machine.open.undo = undefined
}

function undo(machine: DemoMachine, push: HostPush): void {
  const { open } = machine
  if (open?.push.id !== push.id || open.marks.has('committed') || open.marks.has('undone')) return
  const wrote = open.marks.has('writing')
  if (wrote) {
    if (ownsModels(push)) machine.put(formerOwners(machine.now(), machine.now(), open.old))
    machine.put(open.push.files.map(({ path }) => [path, open.old.files.get(path)]))
    if (restarts(push)) machine.restart(push.unit)
  }
  open.marks.add('undone')
  disarm(machine)
}

/** A service whose unit the host does not describe is active while its program runs, or where it says so of one that ran once. */
function activeState(machine: DemoMachine, { unit }: HostPush): string {
  const { units, processes, system } = machine.now()
  const described = units.find(({ id }) => id === unit)?.properties.ActiveState
  const runs = processes.some((one) => `${one.name}.service` === unit || isOfUnit(unit, one))
  const ran = system.services.some((row) => row.startsWith(`${unit} loaded active `))
  return described ?? (unit === '' || runs || ran ? 'active' : 'inactive')
}

const base64Lines = (content: string): readonly string[] =>
  Buffer.from(content)
    .toString('base64')
    .match(/.{1,76}/g) ?? []
