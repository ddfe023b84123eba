import { type Settings, settingsSchema } from '#shared/ipc/app.contract.ts'
import { jsonFile } from '../platform/json-file.ts'

const initialSettings: Settings = { theme: 'system', letterKeys: true }

export interface SettingsStore {
  get(): Settings
  set(settings: Settings): Settings
}

/** `settings.json` in the data folder, read once. */
export function createSettingsStore(path: string, log: (message: string) => void): SettingsStore {
  const file = jsonFile(path, settingsSchema, initialSettings, log)
  let current = file.read()
  return {
    get: () => current,
    set: (settings) => {
      file.write(settings)
      current = settings
      return current
    },
  }
}
