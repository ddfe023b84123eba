import { type Failure, GatehouseError } from '#shared/errors.ts'
import { type Contract, roleFor } from '#shared/ipc/contract.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import { type Role, type RoleState, roleStateSchema } from '#shared/model/role.ts'
import { type JsonFile, jsonFile } from '../platform/json-file.ts'
import { type EngineCall, engineValue } from './fleet.handlers.ts'
import type { Handlers } from './ipc-relay.ts'

export interface SessionRole {
  readonly handlers: Handlers<'role:state' | 'role:operator' | 'role:administrator'>
  /** Why this message is not for who sits here; noted in the ledger. Undefined: it is. */
  refusal(channel: string, contract: Contract, input: unknown): Promise<Failure | undefined>
}

interface RoleOptions {
  /** `role.json` in the folder of the app. */
  readonly file: JsonFile<RoleState>
  readonly engine: EngineCall
  readonly changed: (event: 'role:changed') => void
}

/** An administrator where there is no file or a damaged one, as at the first start. */
export const roleFile = (path: string, log: (message: string) => void): JsonFile<RoleState> =>
  jsonFile(path, roleStateSchema, { role: 'administrator', lasts: 'always' }, log)

/** Who sits at this console. Main holds it, the one way in for a page, so that neither a page nor a fresh engine can change it. */
export function createSessionRole({ file, engine, changed }: RoleOptions): SessionRole {
  let state: RoleState = file.read()

  /** In the ledger first: what cannot be noted is not done. */
  async function become(role: Role, lasts: RoleState['lasts'], why: string): Promise<RoleState> {
    // The dialog that took the code has set it already.
    if (role === state.role) return state
    await engineValue(engine('role:note', { action: `role.${role}`, detail: why }))
    state = { role, lasts }
    // Where the authenticator is forgotten at the end of the program, an operator that stayed one could never come back.
    file.write(role === 'operator' && lasts === 'session' ? { role: 'administrator', lasts } : state)
    changed('role:changed')
    return state
  }

  return {
    handlers: {
      'role:state': () => state,
      'role:operator': async () => {
        const { enrolled, kept } = await engineValue<Output<'step-up:state'>>(engine('step-up:state', null))
        if (!enrolled)
          throw new GatehouseError({ code: 'step-up.not-enrolled', detail: 'without one nobody could go back to Administrator' })
        await engineValue(engine('step-up:lock', null))
        return become('operator', kept === 'key-ring' ? 'always' : 'session', 'only operator work from now on')
      },
      'role:administrator': async () => {
        const { unlockedUntil } = await engineValue<Output<'step-up:state'>>(engine('step-up:state', null))
        if (unlockedUntil === null) throw new GatehouseError({ code: 'step-up.needed', detail: 'going back to Administrator takes a code' })
        return become('administrator', 'always', 'after a code of the authenticator')
      },
    },
    async refusal(channel, contract, input) {
      if (state.role === 'administrator') return undefined
      const mine =
        channel === 'prompt:answer' ? !(await asksForTrust(engine, input as Input<'prompt:answer'>)) : roleFor(contract) === 'operator'
      if (mine) return undefined
      await engine('role:note', { action: 'role.refuse', detail: `${channel} as Operator` })
      return { code: 'role.operator', detail: 'this console is locked to operator work' }
    },
  }
}

/** To trust a host key from now on is no operator work; a password or a one-time code is. What cannot be told is not taken either. */
async function asksForTrust(engine: EngineCall, { id, answers }: Input<'prompt:answer'>): Promise<boolean> {
  if (answers === null) return false
  const pending = await engine('prompt:pending', null)
  const asked = pending.ok ? (pending.value as Output<'prompt:pending'>).find((prompt) => prompt.id === id) : undefined
  return asked === undefined || asked.kind === 'host-key-unknown'
}
