import accountsClosed from '#assets/templates/accounts-closed/manifest.json' with { type: 'json' }
import auditdModelsWatch from '#assets/templates/auditd-models-watch/manifest.json' with { type: 'json' }
import caddyOllama from '#assets/templates/caddy-ollama/manifest.json' with { type: 'json' }
import dockerPublishedPorts from '#assets/templates/docker-published-ports/manifest.json' with { type: 'json' }
import gatehouseAuditAccount from '#assets/templates/gatehouse-audit-account/manifest.json' with { type: 'json' }
import gpuExporterUnit from '#assets/templates/gpu-exporter-unit/manifest.json' with { type: 'json' }
import gpuPersistence from '#assets/templates/gpu-persistence/manifest.json' with { type: 'json' }
import htpasswdUsers from '#assets/templates/htpasswd-users/manifest.json' with { type: 'json' }
import llamaServerUnit from '#assets/templates/llama-server-unit/manifest.json' with { type: 'json' }
import localaiUnit from '#assets/templates/localai-unit/manifest.json' with { type: 'json' }
import logrotateAiAccess from '#assets/templates/logrotate-ai-access/manifest.json' with { type: 'json' }
import modelOwnership from '#assets/templates/model-ownership/manifest.json' with { type: 'json' }
import nftablesSegment from '#assets/templates/nftables-segment/manifest.json' with { type: 'json' }
import nginxAiAccessLog from '#assets/templates/nginx-ai-access-log/manifest.json' with { type: 'json' }
import nginxOllama from '#assets/templates/nginx-ollama/manifest.json' with { type: 'json' }
import nginxOpenai from '#assets/templates/nginx-openai/manifest.json' with { type: 'json' }
import oauth2ProxyNginx from '#assets/templates/oauth2-proxy-nginx/manifest.json' with { type: 'json' }
import oauth2ProxyOidc from '#assets/templates/oauth2-proxy-oidc/manifest.json' with { type: 'json' }
import ollamaLoopback from '#assets/templates/ollama-loopback/manifest.json' with { type: 'json' }
import serviceAccount from '#assets/templates/service-account/manifest.json' with { type: 'json' }
import servicesMasked from '#assets/templates/services-masked/manifest.json' with { type: 'json' }
import sshdBehindJump from '#assets/templates/sshd-behind-jump/manifest.json' with { type: 'json' }
import sshdJumpForwarding from '#assets/templates/sshd-jump-forwarding/manifest.json' with { type: 'json' }
import systemAccount from '#assets/templates/system-account/manifest.json' with { type: 'json' }
import systemdSandbox from '#assets/templates/systemd-sandbox/manifest.json' with { type: 'json' }
import ufwSegment from '#assets/templates/ufw-segment/manifest.json' with { type: 'json' }
import vllmCredential from '#assets/templates/vllm-credential/manifest.json' with { type: 'json' }
import { GatehouseError } from '#shared/errors.ts'
import { type PushTemplate, pushTemplateSchema } from '#shared/model/push-template.ts'
import { sha256Of } from '../../ledger/record.ts'

export interface ShippedTemplate {
  readonly manifest: PushTemplate
  /** Of the manifest, which is all of the template. */
  readonly sha256: string
}

const shipped: readonly unknown[] = [
  ollamaLoopback,
  nginxOllama,
  nginxOpenai,
  oauth2ProxyNginx,
  oauth2ProxyOidc,
  caddyOllama,
  nginxAiAccessLog,
  htpasswdUsers,
  vllmCredential,
  llamaServerUnit,
  localaiUnit,
  serviceAccount,
  systemAccount,
  systemdSandbox,
  sshdBehindJump,
  ufwSegment,
  nftablesSegment,
  gpuPersistence,
  gpuExporterUnit,
  auditdModelsWatch,
  sshdJumpForwarding,
  gatehouseAuditAccount,
  logrotateAiAccess,
  servicesMasked,
  accountsClosed,
  dockerPublishedPorts,
  modelOwnership,
]

/** The templates of this release. */
export const shippedTemplates = (): readonly ShippedTemplate[] =>
  shipped.map((raw) => {
    const manifest = pushTemplateSchema.parse(raw)
    return { manifest, sha256: sha256Of(JSON.stringify(manifest)) }
  })

/** One that ships. Throws `push.not-possible`. */
export function shippedTemplate(id: string): ShippedTemplate {
  const found = shippedTemplates().find(({ manifest }) => manifest.id === id)
  if (found) return found
  throw new GatehouseError({ code: 'push.not-possible', detail: `no template ${JSON.stringify(id)} ships` })
}
