import { type BrowserWindow, dialog } from 'electron'
import { bootUndoWords } from '#shared/boot-undo-words.ts'
import { GatehouseError } from '#shared/errors.ts'
import { type Channel, isChannel } from '#shared/ipc/channels.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { Quarantined } from '#shared/model/quarantined.ts'
import { contentOfRegistration } from '#shared/model/registration-steps.ts'
import { operateMeaning } from '#shared/operate-words.ts'
import { visible } from '#shared/words.ts'
import { type EngineCall, engineValue } from './fleet.handlers.ts'

/** What a change says of itself in the dialog. Text of hosts never goes in here. */
export interface Confirmation {
  readonly title: string
  readonly detail: string
  /** Verb and object: "Apply to 3 hosts". */
  readonly action: string
}

/** Asks in a native dialog. Closing it, Enter and Escape all mean no. */
export async function confirmNatively(window: BrowserWindow, it: Confirmation): Promise<boolean> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'warning',
    title: 'Gatehouse',
    message: it.title,
    detail: it.detail,
    buttons: ['Keep as it is', it.action],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  })
  return response === 1
}

/** Work of an operator, who has no code to show. */
const withoutCode: ReadonlySet<string> = new Set(['operate:run'])

type Words<C extends Channel> = (input: Input<C>, engine: EngineCall) => Promise<Confirmation>

/** What a channel that must be confirmed says of itself; what it names comes from the engine, never from the page. */
const confirmations: { readonly [C in Channel]?: Words<C> } = {
  'step-up:enrol': async () => ({
    title: 'Enrol an authenticator on this console?',
    detail: 'Its codes then open pushes, approvals and quarantines. Go on only when you pressed the button for it yourself.',
    action: 'Enrol it',
  }),
  'registry:approve': async (input, engine) => approvalWords(input, await engineValue<Registration[]>(engine('registry:list', null))),
  'template:decide': async (input, engine) => {
    const { decision, id, sha256 } = input
    const { templates } = await engineValue<Output<'push:templates'>>(engine('push:templates', null))
    const entry = templates.find(({ manifest }) => manifest.id === id)
    if (entry?.sha256 !== sha256) throw new GatehouseError({ code: 'push.template-invalid', detail: `${id} is not what was looked at` })
    const { version, title } = entry.manifest
    return {
      title: `${decision === 'approve' ? 'Approve' : 'Withdraw'} the template ${id} ${version}?`,
      detail: `${visible(title)}. SHA-256 ${sha256}. ${decision === 'approve' ? 'It can then be pushed from this console.' : 'It is not pushed from this console any more.'} The decision is signed with the key of this console.`,
      action: decision === 'approve' ? 'Approve it' : 'Withdraw it',
    }
  },
  'access:review-sign': async (input) => ({
    title: `Sign the access review as ${visible(input.name)}?`,
    detail:
      'It states for a quarter that everybody with access to these hosts was looked at. The statement and the decisions stand in the ledger.',
    action: 'Sign it',
  }),
  'push:finish': async (input, engine) => {
    const { id } = input
    const { pushes } = await engineValue<Output<'push:history'>>(engine('push:history', null))
    const host = pushes.find((push) => push.id === id)?.host ?? 'the host'
    return {
      title: `End the open push to ${visible(host)}?`,
      detail: `Gatehouse asks ${visible(host)} what became of it. What was committed stays; everything else is undone there now.`,
      action: 'End it',
    }
  },
  'push:drill': async (input) => {
    const host = visible(input.host)
    return {
      title: `Drill the undo of ${host}?`,
      detail: `A file that means nothing is written below /etc of ${host}. Its undo must take it away by itself within 15 seconds. No service is touched.`,
      action: 'Drill it',
    }
  },
  'push:adopt': async (input) => {
    const { host, path } = input
    return {
      title: `Keep a changed file of ${visible(host)} as it is?`,
      detail: `${visible(path)} was changed outside of a push. What is there now was vetted by nobody; audits hold the file against it from now on.`,
      action: 'Keep it as it is',
    }
  },
  'quarantine:take': async (input) => {
    const { host, path } = input
    return {
      title: `Move a file of ${visible(host)} into quarantine?`,
      detail: `${visible(path)} is moved aside with mode 000. Whatever serves it fails when it loads it next. It can be put back.`,
      action: 'Move it',
    }
  },
  'quarantine:release': async (input, engine) => {
    const { id } = input
    const found = (await engineValue<Quarantined[]>(engine('quarantine:list', null))).find((it) => it.id === id)
    if (found === undefined) throw new GatehouseError({ code: 'quarantine.not-possible', detail: id })
    return {
      title: `Put a file of ${visible(found.host)} back?`,
      detail: `${visible(found.path)} gets its owner and mode back, and can be loaded again. It was moved aside because: ${visible(found.reason)}`,
      action: 'Put it back',
    }
  },
  'registry:deploy': async (input, engine) => deployWords(input, await engineValue<Registration[]>(engine('registry:list', null))),
  'operate:run': async (input, engine) => {
    const { host, unit, verb } = input
    const found = (await engineValue<Output<'operate:units'>>(engine('operate:units', { host }))).find((one) => one.unit === unit)
    if (found === undefined) throw new GatehouseError({ code: 'operate.unknown-unit', detail: unit, host })
    const word = `${verb.slice(0, 1).toUpperCase()}${verb.slice(1)}`
    return {
      title: `${word} ${visible(found.unit)} on ${visible(host)}?`,
      detail: `${visible(found.name)}. ${operateMeaning(verb, found)} It stands in the ledger, and is proven by looking again.`,
      action: `${word} it`,
    }
  },
  'push:start-many': async (input, engine) => wavesWords(input, await engineValue<PushPlan[]>(engine('push:ready-many', input))),
  'push:start': async (input, engine) => pushWords(await engineValue<PushPlan>(engine('push:ready', input))),
}

/** Throws `registry.not-found`. */
function registrationOf(id: string, registrations: readonly Registration[]): Registration {
  const registration = registrations.find((it) => it.id === id)
  if (registration === undefined) throw new GatehouseError({ code: 'registry.not-found', detail: id })
  return registration
}

function deployWords({ id, hosts, root }: Input<'registry:deploy'>, registrations: readonly Registration[]): Confirmation {
  const registration = registrationOf(id, registrations)
  return {
    title: `Deploy ${visible(registration.model).slice(0, 160)} to ${visible(hosts.join(', '))}?`,
    detail: `Content ${contentOfRegistration(registration)?.key ?? 'not known'} is copied into ${root === undefined ? 'the first model directory of the fleet file' : visible(root)}. A version that lies there under this name is replaced once all of the new one has arrived.`,
    action: 'Deploy it',
  }
}

function approvalWords({ id, hosts }: Input<'registry:approve'>, registrations: readonly Registration[]): Confirmation {
  const registration = registrationOf(id, registrations)
  return {
    title: `Approve ${visible(registration.model).slice(0, 160)}?`,
    detail: `Content ${contentOfRegistration(registration)?.key ?? 'not known'}. It may then be served on ${visible(hosts.join(', '))}. Whatever was approved under this name before is superseded.`,
    action: 'Approve it',
  }
}

const dangers: Readonly<Record<PushPlan['danger'], string>> = {
  none: 'No service is touched.',
  reload: 'The service is reloaded.',
  restart: 'The service is restarted: what it does at that moment is lost.',
  'lock-out': 'A mistake could lock everybody out, Gatehouse too. The undo on the host then puts it back.',
}

const pushWords = ({ host, address, template, unit, danger, files, bootUndo }: PushPlan): Confirmation => ({
  title: `Push ${template.id} to ${visible(host)}?`,
  detail:
    `${visible(host)} (${visible(address)}): ${files.map(({ path }) => visible(path)).join(', ')}; ${visible(unit)}. ${dangers[danger]} The undo is armed on the host first, and runs by itself unless the change is proven. ${bootUndoWords({ bootUndo })}`.trim(),
  action: 'Push it',
})

const dangerOrder = ['lock-out', 'restart', 'reload', 'none'] as const

function wavesWords({ canary, waveSize }: Input<'push:start-many'>, plans: readonly PushPlan[]): Confirmation {
  const danger = dangerOrder.find((one) => plans.some((plan) => plan.danger === one)) ?? 'lock-out'
  const templates = [...new Set(plans.map(({ template }) => template.id))].join(', ')
  const first = plans.slice(0, canary).map(({ host }) => visible(host))
  return {
    title: `Push ${templates} to ${plans.length} hosts?`,
    detail: `${plans.map(({ host, address }) => `${visible(host)} (${visible(address)})`).join(', ')}. ${first.join(', ')} first, then ${waveSize} at a time; it stops at the first that is not proven. ${dangers[danger]} The undo is armed on each host first, and runs by itself unless the change is proven.`,
    action: `Push to ${plans.length} hosts`,
  }
}

/**
 * Throws for a channel without words of its own, since nobody could know what they agree to; and `step-up.needed`, so that a code is asked for
 * before the dialog opens. The first enrolment is what makes codes possible, and an operator has none.
 */
export async function confirmationOf(channel: string, input: unknown, engine: EngineCall): Promise<Confirmation> {
  // Input has been held against the contract of its channel (ipc-relay.ts), and each has the words of its own.
  const words: ((input: never, engine: EngineCall) => Promise<Confirmation>) | undefined = isChannel(channel)
    ? confirmations[channel]
    : undefined
  if (words === undefined) throw new Error(`${channel} has no words to be confirmed with`)
  if (withoutCode.has(channel)) return words(input as never, engine)
  const { enrolled, unlockedUntil } = await engineValue<Output<'step-up:state'>>(engine('step-up:state', null))
  if (unlockedUntil === null && (enrolled || channel !== 'step-up:enrol'))
    throw new GatehouseError({ code: 'step-up.needed', detail: 'no code was taken in the last 10 minutes' })
  return words(input as never, engine)
}
