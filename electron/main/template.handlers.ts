import type { TemplateEntry } from '#shared/model/template-entry.ts'
import type { FileDialogs } from '../platform/file-dialogs.ts'
import { type EngineCall, engineValue, writeChosen } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

/** Templates come from a file and go to one; the page names neither. */
export const templateHandlers = (
  dialogs: Pick<FileDialogs, 'openTemplate' | 'save'>,
  engine: EngineCall,
): Handlers<'template:add' | 'template:export'> => ({
  'template:add': async () => {
    const path = await dialogs.openTemplate()
    return path === null ? null : engineValue<TemplateEntry>(engine('template:add', { path }))
  },
  'template:export': async ({ id }) => {
    const { text } = await engineValue<{ readonly text: string }>(engine('template:export', { id }))
    const path = await dialogs.save('Save a copy of the template', `${id}-copy.json`, 'json')
    if (path === null) return null
    await writeChosen(path, text)
    return path
  },
})
