import type { ExpectedDocument } from '#shared/model/expected-document.ts'
import type { FileDialogs } from '../platform/file-dialogs.ts'
import { type EngineCall, engineValue } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

/** A document of digests, or whom to trust for the one that was opened: the dialog names the file, never the page. */
export const expectedHandlers = (
  dialogs: Pick<FileDialogs, 'openDigests' | 'openKey' | 'openTrustedRoot'>,
  engine: EngineCall,
): Handlers<'models:expect-open'> => ({
  'models:expect-open': async ({ document, signer }) => {
    const path = await (document === null ? dialogs.openDigests() : signer === undefined ? dialogs.openKey() : dialogs.openTrustedRoot())
    return path === null ? null : engineValue<ExpectedDocument>(engine('models:expect-open', { document, signer, path }))
  },
})
