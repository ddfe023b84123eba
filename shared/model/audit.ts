import { z } from 'zod'
import { type ErrorCode, errorCatalogue } from '../error-catalogue.ts'
import { loudest, outcomes, severities } from '../status.ts'
import { checklist, itemIds } from './checklist.ts'
import type { Endpoint } from './endpoint.ts'
import { type Finding, findingBriefSchema, findingSchema } from './finding.ts'
import type { Gpu } from './gpu.ts'
import { engines, type InferenceService } from './inference-service.ts'
import type { Listener } from './listener.ts'
import { hostNetworkSchema } from './network-flow.ts'
import { refusedSections } from './refused-sections.ts'

export const failureSchema = z.object({
  code: z.custom<ErrorCode>((code) => typeof code === 'string' && code in errorCatalogue),
  detail: z.string(),
  host: z.string().optional(),
})

export const itemResultSchema = z.object({ id: z.enum(itemIds), status: z.enum(outcomes) })
export type ItemResult = z.infer<typeof itemResultSchema>

/** How the connection to a host stands after (or during) an audit. */
export const connectionStates = [
  'idle',
  'connecting',
  'connected',
  'limited',
  'unreachable',
  'key-changed',
  'auth-failed',
  'cancelled',
] as const
export type ConnectionState = (typeof connectionStates)[number]

/** How one probe section ended on the host. */
export const sectionStates = ['ok', 'failed', 'denied', 'missing', 'timed-out', 'truncated', 'not-run'] as const
export const sectionRecordSchema = z.object({
  id: z.string(),
  command: z.string(),
  state: z.enum(sectionStates),
  exitCode: z.int().nullable(),
  durationMs: z.number().min(0),
  bytes: z.int().min(0),
  sha256: z.string(),
  /** First line of stderr or why it did not run; empty when fine. */
  message: z.string(),
  /** The exact sudoers line that would allow it, when it was denied. */
  sudoers: z.string().optional(),
})
export type SectionRecord = z.infer<typeof sectionRecordSchema>

/** What a host is, for the header of its screen. */
export const systemSummarySchema = z.object({
  os: z.string(),
  /** ID and VERSION_ID of os-release(5). Absent in audits from before they were kept. */
  osId: z.string().optional(),
  osVersion: z.string().optional(),
  kernel: z.string(),
  hostname: z.string(),
  /** Clock of the host minus ours, in seconds. */
  clockSkewSeconds: z.number().optional(),
  account: z.string(),
  /** `full`: every privileged section could run. */
  sudo: z.enum(['full', 'partial', 'none']),
})
export type SystemSummary = z.infer<typeof systemSummarySchema>

export const hostAuditSchema = z.object({
  name: z.string(),
  address: z.string(),
  state: z.enum(connectionStates),
  /** ISO 8601, UTC. */
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  items: z.array(itemResultSchema),
  findings: z.array(findingSchema),
  /** Why nothing (or not everything) could be measured. */
  failure: failureSchema.optional(),
  sections: z.array(sectionRecordSchema),
  system: systemSummarySchema.optional(),
  listeners: z.array(z.custom<Listener>()),
  services: z.array(z.custom<InferenceService>()),
  gpus: z.array(z.custom<Gpu>()),
  /** Why a list above is empty that could not be read; one that is empty and not named here was read. Absent in audits from before it was kept. */
  unread: z.object({ listeners: z.string().optional(), services: z.string().optional() }).optional(),
  /** Sockets behind which a model answers. Absent in audits from before they were drawn. */
  endpoints: z.array(z.custom<Endpoint>()).optional(),
  /** Flows found against flows allowed. Absent in audits from before they were compared. */
  network: hostNetworkSchema.optional(),
  /** The newest results that could be measured, when this audit could not measure any. Shown grey; never current evidence. */
  lastKnown: z.object({ finishedAt: z.iso.datetime(), items: z.array(itemResultSchema), findings: z.array(findingSchema) }).optional(),
})
export type HostAudit = z.infer<typeof hostAuditSchema>

/** What the matrix and the lists beside it show of a host: kept small, since a fleet has hundreds. */
export const hostBriefSchema = hostAuditSchema
  .pick({ name: true, state: true, startedAt: true, finishedAt: true, items: true, failure: true })
  .extend({
    findings: z.array(findingBriefSchema),
    engines: z.array(z.enum(engines)),
    /** Ids of the sections that sudo refused: they explain what is missing. */
    refused: z.array(z.string()),
    /** What templates are chosen by (`renderer/stores/fix-for.ts`); absent in briefs of an older Gatehouse. */
    seen: z
      .object({
        services: z.array(z.object({ id: z.string(), unit: z.string().optional(), engine: z.enum(engines) })),
        endpoints: z.array(
          z.object({
            id: z.string(),
            program: z.string(),
            proxy: z.object({ name: z.string() }),
            groups: z.array(z.object({ service: z.string() })),
          }),
        ),
      })
      .optional(),
    lastKnown: z
      .object({ finishedAt: z.iso.datetime(), items: z.array(itemResultSchema), findings: z.array(findingBriefSchema) })
      .optional(),
  })
export type HostBrief = z.infer<typeof hostBriefSchema>

/** As it is stored: decisions are laid over when it is read. */
export function briefOf(audit: HostAudit): HostBrief {
  const { name, state, startedAt, finishedAt, items, failure, findings, services, sections, endpoints = [] } = audit
  return {
    name,
    state,
    startedAt,
    finishedAt,
    items,
    ...(failure && { failure }),
    findings: findings.map(({ control, item, status, severity, title, subject, remediation, digest, firstSeen, lastChanged }) => ({
      control,
      item,
      status,
      severity,
      title,
      subject,
      ...(remediation && (status === 'fail' || status === 'warning') && { remediation }),
      ...(digest && { digest }),
      ...(firstSeen && { firstSeen }),
      ...(lastChanged && { lastChanged }),
    })),
    engines: [...new Set(services.map(({ engine }) => engine))],
    refused: refusedSections({ sections }).map(({ id }) => id),
    seen: {
      services: services.map(({ id, unit, engine }) => ({ id, ...(unit && { unit }), engine })),
      endpoints: endpoints.flatMap(({ id, program, proxy, groups }) =>
        proxy === undefined
          ? []
          : [
              {
                ...{ id, program, proxy: { name: proxy.name } },
                groups: [...new Set(groups.map(({ service }) => service))].map((service) => ({ service })),
              },
            ],
      ),
    },
  }
}

export const auditSchema = z.object({
  id: z.string(),
  fleet: z.string(),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  gatehouse: z.string(),
  outcome: z.enum(['complete', 'cancelled']),
  hosts: z.array(hostAuditSchema),
})
export type Audit = z.infer<typeof auditSchema>

/** A stored audit whose hosts are read one by one, when it is their turn: a hundred with their evidence never stand in memory together. */
export type AuditResults = Omit<Audit, 'hosts'> & { readonly hosts: Iterable<HostAudit> }

/** Per item the loudest of its findings. Items without a control yet are not evaluated, never passed. */
export function itemResults(findings: readonly Pick<Finding, 'item' | 'status'>[]): ItemResult[] {
  return checklist.map(({ id }) => ({
    id,
    status: loudest(findings.filter((finding) => finding.item === id).map((finding) => finding.status)),
  }))
}

/** True when an audit could look at the host, at all of it or at a part. */
export const wasMeasured = ({ state }: { readonly state: ConnectionState }): boolean => state === 'connected' || state === 'limited'

/** One finding that is not what it was in the audit before. */
export const changeSchema = z.object({
  host: z.string(),
  item: z.enum(itemIds),
  control: z.string(),
  severity: z.enum(severities),
  subject: z.string(),
  /** What is found now; where it cannot be seen any more, or is gone, what was. */
  title: z.string(),
  /** What was found before, where the status is the same. */
  was: z.string().optional(),
  /** Why it cannot be seen any more, or is gone. */
  why: z.string().optional(),
  from: z.enum(outcomes).nullable(),
  to: z.enum(outcomes).nullable(),
})
export type Change = z.infer<typeof changeSchema>
