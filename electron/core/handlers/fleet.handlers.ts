import { fleetSudoers } from '../facts/fleet-sudoers.ts'
import type { Services } from '../services.ts'
import { unlessPushing } from './change-guards.ts'
import type { Handlers } from './handler.ts'

/** The fleet file, its connections and what they ask. */
export function fleetHandlers(services: Services): Handlers {
  const { fleet, prompts } = services
  return {
    'fleet:current': () => fleet.state(),
    'fleet:load': ({ path }) => unlessPushing(services, () => fleet.load(path)),
    'fleet:demo': () => unlessPushing(services, services.openDemo),
    'fleet:close': () => unlessPushing(services, () => fleet.close()),
    'prompt:pending': () => [...prompts.pending()],
    'prompt:answer': (answer) => {
      prompts.answer(answer)
      return null
    },
    'connection:states': () =>
      (services.opened()?.jumpStates() ?? []).map(({ name, state, roundTripMs, failure }) => ({ name, state, roundTripMs, failure })),
    'connection:changed-keys': () => [...prompts.changedKeys()],
    'sudoers:text': ({ program }) => {
      const operating = services.operate.sudoers(fleet.require(), undefined, program)
      return { text: [fleetSudoers(fleet.require(), undefined, program), ...(operating === '' ? [] : [operating])].join('\n') }
    },
  }
}
