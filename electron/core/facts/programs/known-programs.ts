import type { ProgramRecord } from './record.ts'
import { anyModels } from './records/any-models.ts'
import { clusters } from './records/clusters.ts'
import { codeRunners } from './records/code-runners.ts'
import { desktopModels } from './records/desktop-models.ts'
import { exporters } from './records/exporters.ts'
import { gateways } from './records/gateways.ts'
import { imageModels } from './records/image-models.ts'
import { interfaces } from './records/interfaces.ts'
import { languageModels } from './records/language-models.ts'
import { speech } from './records/speech.ts'
import { stores } from './records/stores.ts'
import { tunnels } from './records/tunnels.ts'

/** Every program that is recognised. The first record that fits counts. */
export const knownPrograms: readonly ProgramRecord[] = [
  ...languageModels,
  ...desktopModels,
  ...anyModels,
  ...speech,
  ...clusters,
  ...gateways,
  ...imageModels,
  ...interfaces,
  ...codeRunners,
  ...stores,
  ...exporters,
  ...tunnels,
]
