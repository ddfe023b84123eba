import type { Gpu } from '#shared/model/gpu.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import type { Access } from './access/access.ts'
import type { Accounts } from './accounts/accounts.ts'
import type { AuditKeys } from './audit-keys/audit-keys.ts'
import type { Caddy } from './caddy/caddy.ts'
import type { Certificates } from './certificates/certificates.ts'
import type { Containers } from './containers/containers.ts'
import type { Firewall } from './firewall/firewall.ts'
import type { FleetKeys } from './fleet-keys/fleet-keys.ts'
import type { GpuHealth } from './gpu-health/gpu-health.ts'
import type { Loopback } from './loopback/loopback.ts'
import type { ModelFiles } from './model-files/model-files.ts'
import type { Network } from './network/network.ts'
import type { Nginx } from './nginx/nginx.ts'
import type { OAuth2Proxy } from './oauth2-proxy/oauth2-proxy.ts'
import type { Os } from './os/os.ts'
import type { Packages } from './packages/packages.ts'
import type { Pam } from './pam/pam.ts'
import type { AuditRules, GuardedFiles, SshdMatches, Sudoers } from './privileged/privileged.ts'
import type { Process } from './processes/processes.ts'
import type { Program } from './programs/programs.ts'
import type { PushedFile } from './pushed-files/pushed-files.ts'
import type { Sources } from './sources/sources.ts'
import type { Sshd } from './sshd/sshd.ts'
import type { System } from './system/system.ts'
import type { AccountUnits } from './units/account-units.ts'
import type { Unit } from './units/units.ts'
import type { Updates } from './updates/updates.ts'
import type { VerifiedModels } from './verified-models/verified-models.ts'
import type { Wire } from './wire/wire.ts'

/** Everything that Gatehouse can know about one host at one time. */
export interface Facts {
  readonly system: System
  readonly listeners: readonly Listener[]
  readonly processes: readonly Process[]
  readonly units: readonly Unit[]
  /** What managers of accounts would start. */
  readonly 'account-units': AccountUnits
  readonly containers: Containers
  /** Inference servers, put together from the four above. */
  readonly services: readonly InferenceService[]
  /** Other programs of the field: dashboards, notebooks, clusters, exporters, tunnels. */
  readonly programs: readonly Program[]
  readonly nginx: Nginx
  readonly caddy: Caddy
  readonly 'oauth2-proxy': readonly OAuth2Proxy[]
  readonly certificates: Certificates
  readonly accounts: Accounts
  readonly 'model-files': ModelFiles
  /** What Gatehouse's own look at the models found before the audit. */
  readonly 'verified-models': VerifiedModels
  readonly 'pushed-files': readonly PushedFile[]
  readonly firewall: Firewall
  readonly sshd: Sshd
  readonly network: Network
  readonly gpus: readonly Gpu[]
  /** What engines answer to the host itself. */
  readonly loopback: Loopback
  readonly 'gpu-health': GpuHealth
  readonly os: Os
  readonly sudoers: Sudoers
  readonly 'audit-rules': AuditRules
  readonly 'sshd-matches': SshdMatches
  readonly 'audit-keys': AuditKeys
  /** What sshd asks beside keys; on jump hosts only. */
  readonly pam: Pam
  /** Keys, states of passwords, rules of polkit and cron, and what lies open to others than root. */
  readonly access: Access
  /** Keys of this host that stand on other hosts as well. */
  readonly 'fleet-keys': FleetKeys
  readonly 'guarded-files': GuardedFiles
  /** What the host's own addresses answer over the network. */
  readonly wire: Wire
  /** Versions of engines, their Python packages, the GPU driver. */
  readonly packages: Packages
  /** Packages of the distribution and its pending security updates. */
  readonly updates: Updates
  /** Where software comes from: resolvers, package sources, registries, automatic updates. */
  readonly sources: Sources
}

export type FactId = keyof Facts
