import type { AppInfo, Settings } from '#shared/ipc/app.contract.ts'
import { accountName } from '../platform/account-name.ts'
import type { EngineHost } from './engine-host.ts'
import type { Handlers } from './ipc-relay.ts'
import type { SettingsStore } from './settings-store.ts'

export interface AppHandlerOptions {
  readonly version: string
  readonly versions: { readonly electron: string; readonly chrome: string; readonly node: string }
  readonly platform: string
  readonly dataFolder: string
  readonly secretsAvailable: boolean
  readonly engine: Pick<EngineHost, 'status' | 'restart'>
  readonly settings: SettingsStore
  /** Called after settings were stored. */
  readonly applied: (settings: Settings) => void
}

/** First major version of Electron that Gatehouse is released with. Older ones get no security fixes any more. */
const supportedMajor = 45

/** What the main process answers by itself, so also while the engine is down. */
export const appHandlers = (options: AppHandlerOptions): Handlers<'app:info' | 'engine:restart' | 'settings:get' | 'settings:set'> => ({
  'app:info': (): AppInfo => {
    const { state, message, storeFailure } = options.engine.status()
    return {
      version: options.version,
      electron: options.versions.electron,
      chromium: options.versions.chrome,
      node: options.versions.node,
      platform: options.platform,
      unsupportedRuntime: Number.parseInt(options.versions.electron, 10) < supportedMajor,
      secretStore: options.secretsAvailable ? 'available' : 'unavailable',
      dataFolder: options.dataFolder,
      engine: state,
      engineMessage: message,
      storeFailure,
      user: accountName(),
    }
  },
  'engine:restart': () => {
    options.engine.restart()
    return null
  },
  'settings:get': () => options.settings.get(),
  'settings:set': (settings) => {
    const stored = options.settings.set(settings)
    options.applied(stored)
    return stored
  },
})
