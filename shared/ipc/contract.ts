import type { z } from 'zod'
import type { Failure } from '../errors.ts'
import type { Role } from '../model/role.ts'

/**
 * What a channel does to the world: decides what must be confirmed and what may be retried. `changes-host` and `changes-trust` (what this
 * console trusts from now on) are confirmed natively.
 */
export type Effect = 'read' | 'local' | 'connects' | 'changes-host' | 'changes-trust'

export interface Contract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly input: I
  readonly output: O
  readonly effect: Effect
  /** Who answers: the engine (core), or main itself because it needs a window or the platform. */
  readonly by: 'engine' | 'main'
  /** Whose it is, where that does not follow from the effect. */
  readonly role?: Role
}

/**
 * The least role that may use a channel: everybody looks; what changes anything, on a host or in what this console has recorded, is the administrator's
 * unless the contract says otherwise.
 */
export const roleFor = ({ effect, role }: Pick<Contract, 'effect' | 'role'>): Role =>
  role ?? (effect === 'read' || effect === 'connects' ? 'operator' : 'administrator')

/** Only keeps the types of both schemas, which an annotation would widen. */
export const contract = <I extends z.ZodType, O extends z.ZodType>(it: Contract<I, O>): Contract<I, O> => it

/** What crosses the pipe. Thrown errors never do. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure }
