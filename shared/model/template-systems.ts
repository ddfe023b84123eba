import type { PushTemplate } from './push-template.ts'

type Meant = Pick<PushTemplate, 'systems'>

const names: Readonly<Record<string, string>> = { debian: 'Debian', ubuntu: 'Ubuntu' }

/** `Debian 11, 12; Ubuntu 24.04`. */
export const systemsText = ({ systems }: Meant): string =>
  systems === undefined
    ? 'any system'
    : Object.entries(systems)
        .map(([id, versions]) => `${names[id] ?? id} ${versions.join(', ')}`)
        .join('; ')

/** Is a template for this system? `osId` and `osVersion` are those of os-release(5). */
export const isForSystem = ({ systems }: Meant, osId: string, osVersion: string): boolean =>
  systems === undefined || (systems[osId] ?? []).some((version) => osVersion === version || osVersion.startsWith(`${version}.`))
