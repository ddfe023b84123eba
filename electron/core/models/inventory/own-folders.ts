import type { ModelFile } from '#shared/model/model-inventory.ts'

/**
 * What Gatehouse itself keeps in a model directory (a deployment that is under way, a quarantine) is no model: no server can enter it. Only a folder of root's alone
 * counts, so that nobody else can hide something by a name.
 */
export function withoutOwnFolders(entries: readonly ModelFile[]): ModelFile[] {
  const own = entries
    .filter(
      ({ path, type, owner, mode }) => type === 'directory' && owner === 'root' && mode === 0o700 && /\/\.gatehouse-[a-z0-9]+$/.test(path),
    )
    .map(({ path }) => `${path}/`)
  return own.length === 0 ? [...entries] : entries.filter(({ path }) => !own.some((folder) => path.startsWith(folder)))
}
