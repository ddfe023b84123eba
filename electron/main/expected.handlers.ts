import type { ExpectedDocument } from '#shared/model/expected-document.ts'
import type { FileDialogs } from '../platform/file-dialogs.ts'
import { type EngineCall, engineValue } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

/** A document of digests, or the key for the one that was opened: the dialog names the file, never the page. */
export const expectedHandlers = (
  dialogs: Pick<FileDialogs, 'openDigests' | 'openKey'>,
  engine: EngineCall,
): Handlers<'models:expect-open'> => ({
  'models:expect-open': async ({ document }) => {
    const path = await (document === null ? dialogs.openDigests() : dialogs.openKey())
    return path === null ? null : engineValue<ExpectedDocument>(engine('models:expect-open', { document, path }))
  },
})
