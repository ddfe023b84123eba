import type { DemoFile, DemoUnit } from '../demo-host.ts'
import { digestOf, ggufHead, modelFile, smallFile } from '../model-bytes.ts'

/** Where the installer's unit keeps models. */
export const STORE = '/usr/share/ollama/.ollama/models'

export const blob = (sha256: string, store = STORE): string => `${store}/blobs/sha256-${sha256}`

export const manifest = (model: string, tag: string, store = STORE): string =>
  `${store}/manifests/registry.ollama.ai/library/${model}/${tag}`

export interface OllamaFiles {
  readonly owner: string
  readonly mode: number
  readonly store?: string
  readonly model: string
  readonly tag: string
  /** `named` is the hash in the name of the blob, where that is not what it holds. */
  readonly weights: { readonly size: number; readonly metadata: Readonly<Record<string, string>>; readonly named?: string }
  /** The prompt template; another one is another manifest under the same tag. */
  readonly template: string
}

/** A pulled model: the manifest and the blobs that it names. */
export function ollamaFiles({ owner, mode, store = STORE, model, tag, weights, template }: OllamaFiles): [string, DemoFile][] {
  const largest = modelFile(owner, mode, weights.size, ggufHead(weights.size, weights.metadata))
  const named = weights.named ?? digestOf(largest)
  const config = JSON.stringify({ model_format: 'gguf', model_family: weights.metadata['general.architecture'], file_type: 'Q4_K_M' })
  const small = [config, template].map((content) => {
    const entry = smallFile(owner, mode, content)
    return { entry, digest: digestOf(entry) }
  })
  const [first, second] = small as [(typeof small)[0], (typeof small)[0]]
  const layer = (kind: string, digest: string, size: number) => ({
    mediaType: `application/vnd.ollama.image.${kind}`,
    digest: `sha256:${digest}`,
    size,
  })
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: `sha256:${first.digest}`, size: first.entry.size },
    layers: [layer('model', named, weights.size), layer('template', second.digest, second.entry.size)],
  })
  return [
    [blob(named, store), largest],
    ...small.map(({ entry, digest }): [string, DemoFile] => [blob(digest, store), entry]),
    [manifest(model, tag, store), smallFile(owner, mode, text)],
  ]
}

/** The unit as the installer writes it, with what a drop-in adds. */
export const ollamaUnit = (it: {
  readonly pid: number
  readonly user: string
  readonly environment?: string
  readonly dropIn?: string
}): DemoUnit => ({
  id: 'ollama.service',
  properties: {
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    UnitFileState: 'enabled',
    MainPID: String(it.pid),
    ControlGroup: '/system.slice/ollama.service',
    User: it.user,
    Group: it.user,
    SupplementaryGroups: '',
    DynamicUser: 'no',
    ExecStart:
      '{ path=/usr/local/bin/ollama ; argv[]=/usr/local/bin/ollama serve ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }',
    Environment: `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin${it.environment === undefined ? '' : ` ${it.environment}`}`,
    FragmentPath: '/etc/systemd/system/ollama.service',
    DropInPaths: it.dropIn ?? '',
    NoNewPrivileges: 'no',
    PrivateTmp: 'no',
    PrivateDevices: 'no',
    ProtectSystem: 'no',
    ProtectHome: 'no',
    ReadWritePaths: '',
    CapabilityBoundingSet: 'cap_chown cap_dac_override cap_sys_admin cap_sys_ptrace',
    RestrictSUIDSGID: 'no',
    DevicePolicy: 'auto',
    ProtectKernelTunables: 'no',
    ProtectKernelModules: 'no',
    ProtectKernelLogs: 'no',
    ProtectControlGroups: 'no',
    RestrictNamespaces: 'no',
    LockPersonality: 'no',
  },
  security: [
    "- PrivateNetwork= Service has access to the host's network 0.5",
    '- CapabilityBoundingSet=~CAP_SYS_ADMIN Service has administrator privileges 0.3',
    '- CapabilityBoundingSet=~CAP_SYS_PTRACE Service has ptrace() debugging abilities 0.3',
    '- ProtectSystem= Service has full access to the OS file hierarchy 0.2',
    '- ProtectHome= Service has full access to home directories 0.2',
    it.user === ''
      ? '-> Overall exposure level for ollama.service: 9.6 UNSAFE :-{'
      : '-> Overall exposure level for ollama.service: 9.2 UNSAFE :-{',
  ],
})
