import type { z } from 'zod'
import { accessContracts } from './access.contract.ts'
import { advisoriesContracts } from './advisories.contract.ts'
import { appContracts } from './app.contract.ts'
import { auditContracts } from './audit.contract.ts'
import type { Channel } from './channels.ts'
import type { Contract } from './contract.ts'
import { fleetContracts } from './fleet.contract.ts'
import { historyContracts } from './history.contract.ts'
import { hostContracts } from './host.contract.ts'
import { modelsContracts } from './models.contract.ts'
import { networkContracts } from './network.contract.ts'
import { operateContracts } from './operate.contract.ts'
import { policyContracts } from './policy.contract.ts'
import { pushContracts } from './push.contract.ts'
import { registryContracts } from './registry.contract.ts'
import { scheduleContracts } from './schedule.contract.ts'
import { stepUpContracts } from './step-up.contract.ts'
import { walkthroughContracts } from './walkthrough.contract.ts'

/** Every channel with its contract. The preload never imports this. */
export const contracts = {
  ...appContracts,
  ...fleetContracts,
  ...auditContracts,
  ...historyContracts,
  ...walkthroughContracts,
  ...scheduleContracts,
  ...hostContracts,
  ...networkContracts,
  ...accessContracts,
  ...policyContracts,
  ...advisoriesContracts,
  ...modelsContracts,
  ...operateContracts,
  ...pushContracts,
  ...registryContracts,
  ...stepUpContracts,
} as const satisfies Record<Channel, Contract>

export type Input<C extends Channel> = z.infer<(typeof contracts)[C]['input']>
export type Output<C extends Channel> = z.infer<(typeof contracts)[C]['output']>
