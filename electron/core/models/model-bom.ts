import * as Enums from '@cyclonedx/cyclonedx-library/Enums'
import * as Models from '@cyclonedx/cyclonedx-library/Models'
import * as Serialize from '@cyclonedx/cyclonedx-library/Serialize'
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec'
import type { ModelArtifact, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { placeApprovalWords } from '#shared/model/registration-state.ts'
import { lastStep } from '#shared/model/registration-steps.ts'

export interface BomRequest {
  readonly fleet: string
  readonly artifacts: readonly ModelArtifact[]
  readonly filesOf: (host: string, model: string) => readonly VerifiedFile[]
  readonly registrations: readonly Registration[]
  /** Of this program. */
  readonly version: string
  readonly now: number
  readonly serialNumber: `urn:uuid:${string}`
}

/**
 * The models of a fleet as a CycloneDX 1.6 document (ECMA-424): one `machine-learning-model` each, with the SHA-256 of its files, where it lies, what the
 * scan and the approval process say of it, source and licence as they were requested. What is not known is left out.
 */
export function modelBom({ fleet, artifacts, filesOf, registrations, version, now, serialNumber }: BomRequest): string {
  const bom = new Models.Bom({ serialNumber, version: 1 })
  bom.metadata.timestamp = new Date(now)
  bom.metadata.tools.components.add(new Models.Component(Enums.ComponentType.Application, 'Gatehouse', { version }))
  bom.metadata.component = new Models.Component(Enums.ComponentType.Platform, fleet, { bomRef: `fleet:${fleet}` })
  const cards = new Map<string, object>()
  for (const [index, artifact] of artifacts.entries()) {
    const [place] = artifact.places
    const files = place ? filesOf(place.host, place.id) : []
    const decided = artifact.approvals.find(({ registration }) => registration !== '')?.registration
    const component = componentOf(
      `model:${index + 1}`,
      artifact,
      files,
      registrations.find(({ id }) => id === decided),
    )
    bom.components.add(component)
    bom.metadata.component.dependencies.add(component.bomRef)
    const family = files.flatMap(({ scan }) => scan?.facts ?? []).find(({ name }) => name === 'architecture')?.value
    if (family !== undefined) cards.set(`model:${index + 1}`, { modelParameters: { architectureFamily: family } })
  }
  const document = new Serialize.JSON.Normalize.Factory(Spec1dot6).makeForBom().normalize(bom, { sortLists: true })
  // Model cards are not among the library's classes.
  const components = (document.components ?? []).map((component) => {
    const card = cards.get(String(component['bom-ref']))
    return card ? { ...component, modelCard: card } : component
  })
  return `${JSON.stringify({ ...document, components }, null, 2)}\n`
}

function componentOf(
  bomRef: string,
  artifact: ModelArtifact,
  files: readonly VerifiedFile[],
  registration: Registration | undefined,
): Models.Component {
  const requested = registration && lastStep(registration, 'requested')
  const component = new Models.Component(Enums.ComponentType.MachineLearningModel, artifact.name, {
    bomRef,
    ...(requested?.revision && { version: requested.revision }),
  })
  if (requested?.licence) component.licenses.add(new Models.NamedLicense(requested.licence))
  if (requested && /^https?:\/\//.test(requested.source))
    component.externalReferences.add(new Models.ExternalReference(requested.source, Enums.ExternalReferenceType.Distribution))
  const say = (name: string, value: string) => void component.properties.add(new Models.Property(`gatehouse:${name}`, value))
  say('bytes', String(artifact.bytes))
  say('hashes', artifact.state)
  say('scan', artifact.scan)
  for (const format of artifact.formats) say('format', format)
  for (const [index, { host, path }] of artifact.places.entries()) {
    say('place', `${host}:${path}`)
    say('approval', `${host}: ${placeApprovalWords[artifact.approvals[index]?.approval ?? 'unregistered']}`)
  }
  for (const [index, { name, digest, algorithm }] of files.entries()) {
    if (digest === '' || algorithm !== 'sha256') continue
    const file = new Models.Component(Enums.ComponentType.Data, name, { bomRef: `${bomRef}/file:${index + 1}` })
    file.hashes.set(Enums.HashAlgorithm['SHA-256'], digest)
    component.components.add(file)
  }
  return component
}
