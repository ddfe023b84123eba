import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { lastStep } from '#shared/model/registration-steps.ts'
import type { DeployTarget } from './deploy-program.ts'

/** A name that stays below its folder, without characters that would hide something. */
const safe = (name: string): boolean =>
  name.length <= 1024 &&
  /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u.test(name) &&
  name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/**
 * Where the reviewed bytes of a registration go below `root`. Throws `registry.not-deployable` when a name would lead elsewhere.
 * `owner` is `user` or `user:group`, or empty for that of `root`.
 */
export function targetOf(registration: Registration, root: string, owner: string): DeployTarget {
  const refuse = (detail: string) => new GatehouseError({ code: 'registry.not-deployable', detail })
  const reviewed = lastStep(registration, 'reviewed')
  if (reviewed === undefined) throw refuse('it was not reviewed')
  const { content, kind, path } = reviewed
  if (owner !== '' && !/^[A-Za-z_][A-Za-z0-9_.-]{0,31}(?::[A-Za-z_][A-Za-z0-9_.-]{0,31})?$/.test(owner))
    throw refuse(`${owner} is no account`)
  if (!root.startsWith('/') || posix.normalize(root) !== root || root === '/' || root.endsWith('/'))
    throw refuse(`${root} is no model directory`)
  const layout = kind === 'ollama' ? 'ollama' : kind === 'file' ? 'file' : 'directory'
  const manifest = layout === 'ollama' ? (content.files.find((file) => file.name === 'manifest')?.sha256 ?? '') : ''
  const name =
    layout === 'ollama' ? manifestName(path) : layout === 'file' ? posix.basename(path) : registration.model.replaceAll('/', '--')
  if (layout === 'ollama' && (manifest === '' || name === undefined)) throw refuse('its manifest is not known')
  if (layout === 'file' && content.files.length !== 1) throw refuse('it is more than one file')
  const unsafe = [name ?? '', ...content.files.map((file) => file.name)].find((it) => !safe(it))
  if (name === undefined || unsafe !== undefined) throw refuse(`a name leads elsewhere: ${unsafe}`)
  const files = [...new Map(content.files.map((file) => [layout === 'ollama' ? file.sha256 : file.name, file])).values()]
  const stage = `.gatehouse-${createHash('sha256').update(name).digest('hex').slice(0, 16)}`
  // With the colon chown(1) takes the group that the account logs in with.
  const account = owner === '' || owner.includes(':') ? owner : `${owner}:`
  return { layout, root, name, owner: account, files, manifest, stage }
}

/** `manifests/<registry>/<namespace>/<model>/<tag>` of the path of a manifest. */
export const manifestName = (path: string): string | undefined => /(?:^|\/)(manifests\/[^/]+\/[^/]+\/[^/]+\/[^/]+)$/.exec(path)?.[1]
