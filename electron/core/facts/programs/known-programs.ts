import type { ProgramRecord } from './record.ts'
import { codeRunners } from './records/code-runners.ts'
import { exporters } from './records/exporters.ts'
import { inference } from './records/inference.ts'
import { interfaces } from './records/interfaces.ts'
import { stores } from './records/stores.ts'
import { tunnels } from './records/tunnels.ts'

/** Every program that is recognised. The first record that fits counts. */
export const knownPrograms: readonly ProgramRecord[] = [...inference, ...interfaces, ...codeRunners, ...stores, ...exporters, ...tunnels]
