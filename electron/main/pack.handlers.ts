import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Output } from '#shared/ipc/contracts.ts'
import type { FileDialogs } from '../platform/file-dialogs.ts'
import { type EngineCall, engineValue, writeChosen } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

interface PackParts {
  readonly dialogs: Pick<FileDialogs, 'openAttachment' | 'save'>
  readonly engine: EngineCall
  readonly print: (html: string) => Promise<Buffer>
  /** Only its owner may enter it: the report lies there until it is in the pack. */
  readonly dataFolder: string
  readonly now: () => Date
}

type Channels = 'walkthrough:attach' | 'walkthrough:template' | 'pack:build'

/** What of an audit needs a dialog or the printer. */
export const packHandlers = ({ dialogs, engine, print, dataFolder, now }: PackParts): Handlers<Channels> => ({
  'walkthrough:attach': async () => {
    const path = await dialogs.openAttachment()
    return path === null ? null : engineValue<Output<'walkthrough:attach'>>(engine('walkthrough:attach', { path }))
  },
  'walkthrough:template': async ({ id }) => {
    const { text } = await engineValue<{ readonly text: string }>(engine('walkthrough:template', { id }))
    const path = await dialogs.save('Save the document', `${id}.md`, 'md')
    if (path === null) return null
    await writeChosen(path, text)
    return path
  },
  'pack:build': async () => {
    // Before the dialog opens: where there is nothing to put into a pack, none does.
    const { fleet, html } = await engineValue<{ readonly fleet: string; readonly html: string }>(engine('pack:printable', null))
    const chosen = await dialogs.save('Save the evidence pack', `gatehouse-${fleet}-${stamp(now())}.zip`, 'zip')
    if (chosen === null) return null
    const zip = chosen.endsWith('.zip') ? chosen : `${chosen}.zip`
    const pdf = join(dataFolder, `${randomUUID()}.pdf`)
    try {
      await writeFile(pdf, await print(html), { mode: 0o600, flag: 'wx' })
      return await engineValue<Output<'pack:build'>>(engine('pack:build', { zip, pdf }))
    } finally {
      await rm(pdf, { force: true })
    }
  },
})

/** `2026-11-26-1405`, so that two packs of a day do not meet. */
const stamp = (at: Date): string => at.toISOString().slice(0, 16).replace('T', '-').replace(':', '')
