import { z } from 'zod'
import { operableUnitSchema, operateJobSchema, operateVerbSchema } from '../model/operate.ts'
import { roleStateSchema } from '../model/role.ts'
import { serviceLogSchema } from '../model/service-log.ts'
import { contract } from './contract.ts'

const service = z.object({ host: z.string().max(200), unit: z.string().max(260) })

/** Operator work: services and their logs; and who sits at this console. */
export const operateContracts = {
  /** What may be operated on a host, out of its newest audit. */
  'operate:units': contract({
    input: z.object({ host: z.string().max(200) }),
    output: z.array(operableUnitSchema),
    effect: 'read',
    by: 'engine',
  }),
  /** One at a time. What came of it is found by looking, and the host is audited again. */
  'operate:run': contract({
    input: service.extend({ verb: operateVerbSchema }),
    output: operateJobSchema,
    effect: 'changes-host',
    by: 'engine',
    role: 'operator',
  }),
  'operate:job': contract({ input: z.null(), output: operateJobSchema.nullable(), effect: 'read', by: 'engine' }),
  /** Waits no longer for the end. What systemd does goes on. */
  'operate:leave': contract({ input: z.null(), output: z.null(), effect: 'local', by: 'engine', role: 'operator' }),
  /** The newest lines of the journal, content taken out on this side of the wire, before anything else sees it. */
  'operate:logs': contract({ input: service, output: serviceLogSchema, effect: 'connects', by: 'engine' }),
  'role:state': contract({ input: z.null(), output: roleStateSchema, effect: 'read', by: 'main' }),
  /** Only operator work from now on. Refused while no authenticator is enrolled: nobody could come back. */
  'role:operator': contract({ input: z.null(), output: roleStateSchema, effect: 'local', by: 'main', role: 'operator' }),
  /** Everything again, after a code. */
  'role:administrator': contract({ input: z.null(), output: roleStateSchema, effect: 'local', by: 'main', role: 'operator' }),
} as const
