import type { FileDialogs } from '../platform/file-dialogs.ts'
import { type EngineCall, engineValue, writeChosen } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

const extensions = { json: 'json', markdown: 'md' } as const

/** A plan goes to a file that the dialog names: for people, or for `gatehouse plan approve`. */
export const planHandlers = (dialogs: Pick<FileDialogs, 'save'>, engine: EngineCall): Handlers<'push:export'> => ({
  'push:export': async (request) => {
    const { text, host } = await engineValue<{ readonly text: string; readonly host: string }>(engine('push:export', request))
    const extension = extensions[request.format]
    const path = await dialogs.save('Save the plan', `plan-${host}.${extension}`, extension)
    if (path === null) return null
    await writeChosen(path, text)
    return path
  },
})
