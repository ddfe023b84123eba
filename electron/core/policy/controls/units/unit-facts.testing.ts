import type { InferenceService } from '#shared/model/inference-service.ts'
import { known } from '../../../facts/fact.ts'
import type { PathEntry } from '../../../facts/path-entry.ts'
import type { Unit } from '../../../facts/units/units.ts'
import type { AnyControl, Verdict } from '../../control.ts'
import { ask, facts, service } from '../proxy/proxy-facts.ts'

/** Test support: a unit with one line per property, from 10 on. */
export function unit(properties: Readonly<Record<string, string>> = {}, more: Partial<Unit> = {}): Unit {
  return {
    id: 'ollama.service',
    activeState: 'active',
    unitFileState: 'enabled',
    mainPid: 100,
    user: 'ai',
    group: 'ai',
    supplementaryGroups: [],
    dynamicUser: false,
    execStart: ['/usr/local/bin/ollama', 'serve'],
    environment: {},
    environmentComplete: true,
    environmentSources: {},
    environmentFiles: [],
    sourcePath: '',
    fragmentPath: '/etc/systemd/system/ollama.service',
    program: '/usr/local/bin/ollama',
    paths: [],
    dropIns: [],
    properties,
    lines: Object.fromEntries(Object.keys(properties).map((name, index) => [name, 10 + index])),
    ...more,
  }
}

export const entry = (path: string, mode: number, owner = 'root', group = 'root'): PathEntry => ({
  path,
  mode,
  owner,
  group,
  type: /\.[a-z]+$|ollama$/.test(path) ? 'file' : 'directory',
  line: 50,
})

/** Asks about one Ollama that runs as account `ai` in this unit. */
export function askUnit(
  control: AnyControl,
  given: Unit | undefined,
  change: Partial<InferenceService> = {},
  more: Readonly<Record<string, unknown>> = {},
): readonly Verdict[] {
  const one = service('ollama', { unit: 'ollama.service', uid: 990, user: 'ai', ...change })
  return ask(control, facts('', [one], { units: known(given ? [given] : []), accounts: known({ accounts: [], groups: [] }), ...more }))
}
