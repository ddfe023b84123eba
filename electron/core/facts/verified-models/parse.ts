import { type FileState, fileStates } from '#shared/model/file-state.ts'
import { type ModelFormat, modelFormats } from '#shared/model/model-format.ts'
import { placeApprovals } from '#shared/model/registration-state.ts'
import { type ScanOutcome, scanOutcomes } from '#shared/model/scan-report.ts'
import type { RegisteredModel, VerifiedModelFile, VerifiedModels, VerifiedRoot } from './verified-models.ts'

const oneOf = <T extends string>(all: readonly T[], word: string | undefined): T | undefined => all.find((it) => it === word)

/** Reads what `core/models/verified-section.ts` writes. Undefined when it is not that. */
export function parseVerifiedModels(stdout: string): VerifiedModels | undefined {
  let listedAt = ''
  let cut = false
  const roots: VerifiedRoot[] = []
  const files: VerifiedModelFile[] = []
  const models: RegisteredModel[] = []
  for (const [index, text] of stdout.split('\n').entries()) {
    const line = index + 1
    const [kind = '', ...words] = text.split(' ')
    if (kind === 'listed') listedAt = words[0] ?? ''
    else if (kind === 'cut') cut = true
    else if (kind === 'root') {
      const [state, count, bytes, ...path] = words
      roots.push({
        path: path.join(' '),
        complete: state === 'listed' || state === 'unsorted',
        sorted: state === 'listed',
        files: Number(count),
        bytes: Number(bytes),
        line,
      })
    } else if (kind === 'file') {
      const [state, strength, scan, format, role, ...path] = words
      const known: FileState | undefined = oneOf(fileStates, state)
      if (known === undefined) continue
      files.push({
        path: path.join(' '),
        state: known,
        weak: strength !== 'strong',
        scan: oneOf<ScanOutcome>(scanOutcomes, scan) ?? 'not-scanned',
        format: oneOf<ModelFormat>(modelFormats, format) ?? 'unknown',
        weights: role === 'weights',
        line,
      })
    } else if (kind === 'model') {
      const [state, , ...rest] = words
      const approval = oneOf(placeApprovals, state)
      const [path = '', name = ''] = rest.join(' ').split('\t')
      if (approval !== undefined) models.push({ name, path, approval, line })
    }
  }
  return listedAt === '' ? undefined : { listedAt, roots, files, models, cut }
}
