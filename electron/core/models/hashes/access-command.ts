import type { ModelFile, ModelRoot } from '#shared/model/model-inventory.ts'
import { isWithin } from '../../is-within.ts'
import { shellDisplay } from '../../probe/shell-quote.ts'

/**
 * The command that lets the audit account read the models and nothing else, to be run by root of the host: an ACL on the model directory,
 * for what lies there and for what comes (setfacl(1); `X` is search on directories only). Where a group may read and not write, joining it
 * does the same. Nothing is added to sudoers: a hash needs the right to read, not to be root.
 * `closedLength` is that of the directory that keeps the account out; where it lies above the models, searching it is all that it needs.
 */
export function accessCommand(
  account: string,
  file: Pick<ModelFile, 'path' | 'group' | 'mode'>,
  roots: readonly Pick<ModelRoot, 'path'>[],
  closedLength: number,
): string {
  const covering = roots.filter(({ path }) => isWithin(file.path, path)).sort((a, b) => b.path.length - a.path.length)
  const directory = covering[0]?.path ?? file.path.replace(/\/[^/]*$/, '')
  const acl = `setfacl -R -m u:${account}:rX,d:u:${account}:rX ${shellDisplay(directory)}`
  if (closedLength > 0 && closedLength < directory.length)
    return `setfacl -m u:${account}:x ${shellDisplay(file.path.slice(0, closedLength))} && ${acl}`
  const groupReads = (file.mode & 0o060) === 0o040 && !/^(?:root|0|wheel|sudo|admin|adm|docker|disk|shadow)$/.test(file.group)
  return groupReads ? `${acl}, or usermod -aG ${file.group} ${account}` : acl
}
