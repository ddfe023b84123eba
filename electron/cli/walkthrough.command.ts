import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import type { Services } from '#core/services.ts'
import { messageOf } from '#shared/errors.ts'
import { checklist } from '#shared/model/checklist.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import { stepRequestSchema } from '#shared/model/walkthrough.ts'
import { stepOutcomeWords, visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { namedFile } from './named-file.ts'
import { withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  data: { type: 'string' },
  auditor: { type: 'string' },
  item: { type: 'string' },
  outcome: { type: 'string' },
  name: { type: 'string' },
  note: { type: 'string', default: '' },
  statement: { type: 'string' },
  until: { type: 'string' },
  link: { type: 'string', multiple: true },
  attach: { type: 'string', multiple: true },
  exceptions: { type: 'string' },
  output: { type: 'string' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

const verbs: Readonly<Record<string, (services: Services, fleet: Fleet, values: Values, id: string | undefined) => Promise<string>>> = {
  show: async (services, fleet) => shown(services, fleet),
  start: async (services, fleet, { auditor }) => {
    if (auditor === undefined) throw new UsageError('walkthrough start: expected --auditor NAME')
    services.walkthroughs.start(fleet, auditor)
    return shown(services, fleet)
  },
  exceptions: async (services, fleet, { item, output }) => writtenNew(exceptionsText(services, fleet, item), output),
  record: recorded,
  close: async (services, fleet) => {
    services.walkthroughs.close(fleet)
    return shown(services, fleet)
  },
  template: async (services, _, { output }, id) => {
    const { presets } = services.walkthroughs.guide()
    const preset = presets.find((one) => one.id === id)
    if (preset === undefined) throw new UsageError(`walkthrough template: expected one of ${presets.map((one) => one.id).join(', ')}`)
    return writtenNew(`${preset.document.join('\n')}\n`, output)
  },
}

/** Goes through the checklist with an auditor, in the data folder that the app uses. Connects to no host. */
export async function runWalkthrough(args: string[]): Promise<number> {
  const [name = '', ...rest] = args
  const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true })
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined
  if (verb === undefined) throw new UsageError(`walkthrough: expected one of ${Object.keys(verbs).join(', ')}`)
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('walkthrough: expected either --fleet FILE or --demo')
  const text = await withFleet(values.fleet, values.data, (services) => verb(services, services.fleet.require(), values, positionals[0]))
  process.stdout.write(text)
  return ExitCode.clean
}

/** The text itself, or the name of the new file that holds it. */
async function writtenNew(text: string, output: string | undefined): Promise<string> {
  if (output === undefined) return text
  await writeFile(output, text, { flag: 'wx' })
  return `${output}\n`
}

/** What is open in an item, as JSON in which owner, date and reason of each are filled in. */
function exceptionsText({ walkthroughs }: Services, fleet: Fleet, item: string | undefined): string {
  const id = checklist.find((one) => one.id === item)?.id
  if (id === undefined) throw new UsageError(`walkthrough exceptions: expected --item, one of ${checklist.map((one) => one.id).join(', ')}`)
  const open = walkthroughs.open(fleet, id).map(({ host, finding: { control, subject, title } }) => ({
    ...{ host, control, subject, title },
    ...{ owner: '', resolveBy: '', reason: '' },
  }))
  return `${JSON.stringify(open, null, 2)}\n`
}

async function exceptionsOf(path: string | undefined): Promise<unknown> {
  if (path === undefined) return []
  const text = await namedFile('walkthrough record: --exceptions', path)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`walkthrough record: --exceptions: ${messageOf(error).slice(0, 200)}`)
  }
}

async function recorded(services: Services, fleet: Fleet, values: Values): Promise<string> {
  const attachments = []
  for (const path of values.attach ?? []) attachments.push(await services.attachments.add(path))
  const { item, outcome, note, name, statement = null, until = null, link = [] } = values
  const parsed = stepRequestSchema.safeParse({
    item,
    outcome,
    note,
    name,
    statement,
    endsOn: until,
    links: link,
    attachments,
    exceptions: await exceptionsOf(values.exceptions),
  })
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'malformed' }
    const [first = '', ...rest] = path.map(String)
    throw new UsageError(`walkthrough record: --${[first === 'endsOn' ? 'until' : first, ...rest].join(' ')}: ${message}`)
  }
  const record = services.walkthroughs.record(fleet, parsed.data)
  return `${record.item} recorded: ${stepOutcomeWords[record.outcome]}, ${visible(record.name)}\n`
}

function shown(services: Services, fleet: Fleet): string {
  const walkthrough = services.walkthroughs.current(fleet)
  if (walkthrough === null) return 'No walkthrough was started in this fleet.\n'
  const { startedAt, auditor, closedAt, steps } = walkthrough
  const lines = steps.map(({ item, record, draft, outdated }) => {
    const title = checklist.find(({ id }) => id === item)?.shortTitle ?? ''
    const state = record
      ? `${stepOutcomeWords[record.outcome]}, ${record.name}, ${record.recordedAt.slice(0, 10)}${outdated ? '; the results changed since' : ''}`
      : draft
        ? 'Draft'
        : 'To do'
    return visible(`${item}  ${title.padEnd(34)}${state}`)
  })
  const done = steps.filter(({ record }) => record !== null).length
  const head = `Walkthrough with ${visible(auditor)}, started ${startedAt.slice(0, 10)}${closedAt === null ? '' : `, closed ${closedAt.slice(0, 10)}`}: ${done} of ${steps.length} recorded`
  return `${[head, ...lines].join('\n')}\n`
}
