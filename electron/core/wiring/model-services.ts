import type { Ledger } from '../ledger/ledger.ts'
import { createExpectedService, type ExpectedService } from '../models/expected/expected-service.ts'
import { createModelService, type ModelService } from '../models/model-service.ts'
import { createDeployService, type DeployService } from '../models/registry/deploy/deploy-service.ts'
import { createQuarantineService, type QuarantineService } from '../models/registry/quarantine/quarantine-service.ts'
import { createRegistryService, type RegistryService } from '../models/registry/registry-service.ts'
import type { Ports } from '../ports.ts'
import type { Stores } from './stores.ts'

export interface ModelServices {
  readonly models: ModelService
  readonly expected: ExpectedService
  readonly registry: RegistryService
  readonly deployments: DeployService
  readonly quarantine: QuarantineService
}

/** Models from inventory to quarantine, which share one job: two of them would read the same disks. */
export function createModelServices(ports: Ports, stores: Stores, ledger: Ledger): ModelServices {
  const { clock, version, account: by, changed } = ports
  const { models: inventory, registrations: repo } = stores
  const models = createModelService({ clock, repo: inventory, registrations: ({ name }) => repo.list(name), version, by, changed })
  const registry = createRegistryService({ clock, repo, models, inventory, ledger, by, changed })
  return {
    models,
    expected: createExpectedService({ models, ledger }),
    registry,
    deployments: createDeployService({ clock, registry, models, ledger }),
    quarantine: createQuarantineService({ clock, repo, ledger, models: inventory, by, changed }),
  }
}
