import type { AdvisoryState } from '#shared/model/advisory-state.ts'
import type { FileDialogs } from '../platform/file-dialogs.ts'
import { type EngineCall, engineValue } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

/** The page never names the file: the dialog does. */
export const advisoriesHandlers = (dialogs: Pick<FileDialogs, 'openAdvisories'>, engine: EngineCall): Handlers<'advisories:import'> => ({
  'advisories:import': async () => {
    const path = await dialogs.openAdvisories()
    return path === null ? null : engineValue<AdvisoryState>(engine('advisories:import', { path }))
  },
})
