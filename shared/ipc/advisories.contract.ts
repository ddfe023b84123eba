import { z } from 'zod'
import { advisoryStateSchema } from '../model/advisory-state.ts'
import { contract } from './contract.ts'

export const advisoriesContracts = {
  'advisories:state': contract({ input: z.null(), output: advisoryStateSchema, effect: 'read', by: 'engine' }),
  /** Main asks for the file; null when the dialog was closed. */
  'advisories:import': contract({ input: z.null(), output: advisoryStateSchema.nullable(), effect: 'local', by: 'main' }),
} as const
