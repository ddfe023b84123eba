import { createHash } from 'node:crypto'
import { fileStates } from '#shared/model/file-state.ts'
import type { HostInventory } from '#shared/model/model-inventory.ts'
import type { SectionOutput } from '../probe/section.ts'
import { mustScan, type VerifiedPlace } from './verify-model.ts'

/** Files told in one audit, the loudest first; the store keeps them all. */
const MAX_FILES = 5_000

/** Models told in one audit. */
const MAX_MODELS = 1_000

/** A model that lacks a part, or whose layout could not be read, is not known in full. */
const hasProblems = (root: string, places: readonly VerifiedPlace[]): boolean =>
  places.some(({ model }) => model.problems.length > 0 && model.path.startsWith(`${root}/`))

/** A name on one line: backslashes and what would end it are escaped. */
const oneLine = (path: string): string =>
  path.replace(/[\\\n\r\t]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

/**
 * What is known of the models of one host as a section of an audit: `listed TIME`, `root STATE FILES BYTES PATH` (`unsorted`: listed, but some files are of no model that could be read),
 * `file STATE strong|weak SCAN FORMAT ROLE PATH`, `model APPROVAL REGISTRATION PATH\tNAME`, `cut` when there are more of either. Read by the fact `verified-models`.
 */
export function verifiedSection(inventory: HostInventory, places: readonly VerifiedPlace[]): SectionOutput {
  const files = places.flatMap(({ model, files: all }) =>
    all
      .filter(({ role, state }) => role !== 'document' || state === 'differs')
      .map(({ name, file, role, state, weak, scan }) => ({
        state,
        text: [
          'file',
          state,
          state === 'verified' && !weak ? 'strong' : 'weak',
          scan?.outcome ?? (mustScan(model.kind, role) ? 'not-scanned' : 'cleared'),
          scan?.format ?? 'unknown',
          role,
          oneLine(file?.path ?? `${model.path}/${name}`),
        ].join(' '),
      })),
  )
  const sorted = [...new Map(files.map((file) => [file.text, file])).values()].sort(
    (a, b) => fileStates.indexOf(a.state) - fileStates.indexOf(b.state),
  )
  const stdout = [
    `listed ${inventory.listedAt}`,
    ...inventory.roots
      .filter(({ state }) => state !== 'missing')
      .map((root) => {
        const { state, files: count, bytes, path, unsorted } = root
        const told = inventory.failure ? 'partial' : state === 'listed' && (unsorted > 0 || hasProblems(path, places)) ? 'unsorted' : state
        return `root ${told} ${count} ${bytes} ${oneLine(path)}`
      }),
    ...sorted.slice(0, MAX_FILES).map(({ text }) => text),
    ...places
      .slice(0, MAX_MODELS)
      .map(
        ({ model, approval }) =>
          `model ${approval.approval} ${approval.registration || '-'} ${oneLine(model.path)}\t${oneLine(model.name)}`,
      ),
    ...(sorted.length > MAX_FILES || places.length > MAX_MODELS ? ['cut'] : []),
    '',
  ].join('\n')
  return {
    id: 'verified-models',
    command: 'gatehouse models verify',
    state: 'ok',
    privileged: false,
    exitCode: 0,
    stdout,
    stderr: '',
    durationMs: 0,
    bytes: Buffer.byteLength(stdout),
    sha256: createHash('sha256').update(stdout).digest('hex'),
  }
}
