/** The production-readiness checklist: 18 items in four areas. Ids are stable and appear in every report. */
export const areas = ['Infrastructure', 'Supply chain', 'Monitoring', 'Operations'] as const

export type Area = (typeof areas)[number]

export const itemIds = [
  'INF-1',
  'INF-2',
  'INF-3',
  'INF-4',
  'INF-5',
  'INF-6',
  'INF-7',
  'SUP-1',
  'SUP-2',
  'SUP-3',
  'SUP-4',
  'MON-1',
  'MON-2',
  'MON-3',
  'MON-4',
  'OPS-1',
  'OPS-2',
  'OPS-3',
] as const

export type ItemId = (typeof itemIds)[number]

export interface ChecklistItem {
  readonly id: ItemId
  readonly area: Area
  /** The checklist's own words. */
  readonly title: string
  /** Under 30 characters, for the matrix. */
  readonly shortTitle: string
}

export const checklist: readonly ChecklistItem[] = [
  {
    id: 'INF-1',
    area: 'Infrastructure',
    title: 'Inference server bound to localhost, behind a proxy',
    shortTitle: 'Inference bound to localhost',
  },
  { id: 'INF-2', area: 'Infrastructure', title: 'TLS with a valid certificate on the proxy', shortTitle: 'TLS on the proxy' },
  { id: 'INF-3', area: 'Infrastructure', title: 'Authentication required for all endpoints', shortTitle: 'Auth on every endpoint' },
  {
    id: 'INF-4',
    area: 'Infrastructure',
    title: 'Management endpoints restricted to authorised hosts',
    shortTitle: 'Management endpoints restricted',
  },
  {
    id: 'INF-5',
    area: 'Infrastructure',
    title: 'Inference service runs as a non-root service account',
    shortTitle: 'Non-root service account',
  },
  {
    id: 'INF-6',
    area: 'Infrastructure',
    title: 'Model files owned by the service account, restricted permissions',
    shortTitle: 'Model files owned and restricted',
  },
  {
    id: 'INF-7',
    area: 'Infrastructure',
    title: 'GPU server on an isolated segment with explicit firewall rules',
    shortTitle: 'Isolated segment and firewall',
  },
  { id: 'SUP-1', area: 'Supply chain', title: 'Model hashes verified against official release notes', shortTitle: 'Model hashes verified' },
  { id: 'SUP-2', area: 'Supply chain', title: 'SafeTensors format used where available', shortTitle: 'SafeTensors only' },
  { id: 'SUP-3', area: 'Supply chain', title: 'Model approval process documented and enforced', shortTitle: 'Approval process followed' },
  { id: 'SUP-4', area: 'Supply chain', title: 'No automatic model downloads in production', shortTitle: 'No automatic downloads' },
  { id: 'MON-1', area: 'Monitoring', title: 'Structured access logging enabled', shortTitle: 'Structured access log' },
  { id: 'MON-2', area: 'Monitoring', title: 'Authentication events captured', shortTitle: 'Auth events captured' },
  { id: 'MON-3', area: 'Monitoring', title: 'GPU utilisation monitored', shortTitle: 'GPU utilisation monitored' },
  {
    id: 'MON-4',
    area: 'Monitoring',
    title: 'Usage baseline established, anomaly alerts configured',
    shortTitle: 'Baseline and anomaly alerts',
  },
  { id: 'OPS-1', area: 'Operations', title: 'Patch management process for inference software', shortTitle: 'Patch management' },
  { id: 'OPS-2', area: 'Operations', title: 'Incident response playbook for AI infrastructure incidents', shortTitle: 'Incident playbook' },
  { id: 'OPS-3', area: 'Operations', title: 'Access reviews scheduled quarterly', shortTitle: 'Quarterly access review' },
]
