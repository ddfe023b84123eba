import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { modelBom } from '#core/models/model-bom.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'
import { version } from './version.ts'

const options = {
  fleet: { type: 'string' },
  data: { type: 'string' },
  host: { type: 'string', multiple: true },
  output: { type: 'string' },
} as const

/** `gatehouse models sbom`: what is stored of the models, as CycloneDX. Connects to no host. */
export async function runModelSbom(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  const { fleet: path, host: chosen = [], output } = values
  if (path === undefined) throw new UsageError('models sbom: expected --fleet FILE')
  return withFleet(path, values.data, async ({ fleet: { require }, models, registry }) => {
    const fleet = require()
    const artifacts = models
      .overview(fleet)
      .artifacts.filter(({ places }) => chosen.length === 0 || places.some(({ host }) => chosen.includes(host)))
    const text = modelBom({
      ...{ fleet: fleet.name, artifacts, registrations: registry.list(fleet), version, now: Date.now() },
      filesOf: models.reader(fleet),
      serialNumber: `urn:uuid:${randomUUID()}`,
    })
    if (output === undefined) process.stdout.write(text)
    else await writeFile(output, text)
    return ExitCode.clean
  })
}
