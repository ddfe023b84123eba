import type { FileDialogs } from '../platform/file-dialogs.ts'
import { type EngineCall, engineValue, writeChosen } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

const extensions = { html: 'html', json: 'json', markdown: 'md' } as const

/** What ends in a file: the engine renders it, a dialog asks where to, and only then it is written. */
export const auditHandlers = (
  dialogs: Pick<FileDialogs, 'save'>,
  engine: EngineCall,
): Handlers<'audit:export' | 'access:removal-plan'> => ({
  'audit:export': async ({ format }) => {
    // Rendered first: where there is nothing to export, no dialog opens.
    const { text } = await engineValue<{ readonly text: string }>(engine('audit:export', { format }))
    const path = await dialogs.save('Save the report', `gatehouse-audit.${extensions[format]}`, extensions[format])
    if (path === null) return null
    await writeChosen(path, text)
    return path
  },
  'access:removal-plan': async () => {
    const { text } = await engineValue<{ readonly text: string }>(engine('access:removal-plan', null))
    const path = await dialogs.save('Save the plan of the removals', 'gatehouse-removals.md', 'md')
    if (path === null) return null
    await writeChosen(path, text)
    return path
  },
})
