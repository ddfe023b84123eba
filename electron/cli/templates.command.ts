import { parseArgs } from 'node:util'
import { templateText } from '#core/push/templates/own-templates.ts'
import type { Services } from '#core/services.ts'
import { typedText } from '#shared/model/waiver.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { openServices } from './open-services.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = { data: { type: 'string' }, note: { type: 'string' }, json: { type: 'boolean', default: false } } as const

/** Lists templates with their approval, prints one, keeps one of one's own, approves and withdraws. Connects to no host. */
export async function runTemplates(args: string[]): Promise<number> {
  const [action = 'list', ...rest] = args[0]?.startsWith('-') ? ['list', ...args] : args
  const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true })
  const [named] = positionals
  if (!['list', 'show', 'add', 'approve', 'withdraw'].includes(action))
    throw new UsageError('templates: expected list, show, add, approve or withdraw')
  if (action !== 'list' && named === undefined)
    throw new UsageError(`templates ${action}: expected ${action === 'add' ? 'a FILE' : 'an ID'}`)
  return openServices(values.data, async (services) => {
    if (action === 'list') process.stdout.write(listed(services, values.json))
    else if (action === 'show') process.stdout.write(`${JSON.stringify(services.templates.find(named ?? '').manifest, null, 2)}\n`)
    else if (action === 'add') {
      const { manifest, sha256 } = services.templates.add(await templateText(named ?? ''))
      process.stderr.write(`${manifest.id} ${manifest.version} is kept, SHA-256 ${sha256}. It is pushed once it is approved.\n`)
    } else await decide(services, action === 'approve' ? 'approve' : 'withdraw', named ?? '', values.note)
    return ExitCode.clean
  })
}

async function decide(services: Services, decision: 'approve' | 'withdraw', id: string, note: string | undefined): Promise<void> {
  const text = typedText(1000).safeParse(note)
  if (!text.success) throw new UsageError(`templates ${decision}: expected --note TEXT: what was checked, or why`)
  const { sha256, manifest } = services.templates.find(id)
  process.stderr.write(`${decision} ${id} ${manifest.version}, SHA-256 ${sha256}\n`)
  await stepUpOnTerminal(services.stepUp)
  services.stepUp.require()
  const { state } = services.templates.decide(decision, id, sha256, text.data)
  process.stderr.write(`${id} ${manifest.version} is ${state}\n`)
}

function listed({ templates: shelf }: Services, json: boolean): string {
  const { templates, problems } = shelf.list()
  if (json) return `${JSON.stringify(templates, null, 2)}\n`
  const rows = templates.map(({ manifest, sha256, origin, signedBy, state, decision }) => {
    const signer = signedBy ?? (origin === 'own' ? 'own' : 'not signed')
    const by = decision === null ? '' : `\n          ${decision.by} on ${decision.at.slice(0, 10)}: ${decision.note.replaceAll('\n', ' ')}`
    return (
      visible(`${state.padEnd(9)} ${manifest.id} ${manifest.version}  ${sha256.slice(0, 16)}  ${signer.padEnd(10)} ${manifest.title}`) + by
    )
  })
  return `${[...rows, ...problems.map((problem) => visible(`no template ${problem}`))].join('\n')}\n`
}
