import { type Answer, absent, lines } from '../answer.ts'
import type { DemoHost } from '../demo-host.ts'

export const gpus = (host: DemoHost): Answer | undefined =>
  host.gpus.length === 0
    ? absent
    : lines(
        host.gpus.map((gpu, index) =>
          [
            index,
            gpu.name,
            gpu.uuid,
            gpu.driver,
            gpu.utilizationPercent,
            gpu.memoryUsedMiB,
            gpu.memoryTotalMiB,
            gpu.temperatureC,
            gpu.powerDrawW.toFixed(2),
            gpu.powerLimitW.toFixed(2),
            0,
          ].join(', '),
        ),
      )
