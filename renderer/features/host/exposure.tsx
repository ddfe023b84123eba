import { useEffect, useRef, useState } from 'react'
import type { HostAudit } from '#shared/model/audit.ts'
import { type Endpoint, exposureOf } from '#shared/model/endpoint.ts'
import { engineNames } from '#shared/model/inference-service.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { Empty } from '../../ui/empty.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { ExposureDetail } from './exposure-detail.tsx'
import { ExposureLane, type Part } from './exposure-lane.tsx'
import { endpointSentence, endpointTitle, nothingDrawn, undrawnSaid } from './exposure-picture.ts'
import { HostPane } from './host-pane.tsx'
import type { OpenFinding } from './verdict-link.tsx'

interface Choice {
  readonly endpoint: string
  readonly part: Part
}

const loudness = ['open', 'shared', 'unknown', 'guarded', 'closed'] as const
const byLoudness = (a: Endpoint, b: Endpoint) => loudness.indexOf(exposureOf(a)) - loudness.indexOf(exposureOf(b))

/** In the order of the picture. */
const partsOf = ({ reach, groups }: Endpoint): readonly Part[] => [
  ...reach.map((_, index) => ({ kind: 'origin', index }) as const),
  { kind: 'listener' },
  ...groups.map((_, index) => ({ kind: 'group', index }) as const),
]

/** Who can reach which route, through which rule, listener and proxy, and what is asked there. */
export function Exposure({ audit, onFinding }: { readonly audit: HostAudit; readonly onFinding: OpenFinding }) {
  const [choice, setChoice] = useState<Choice | null>(null)
  const endpoints = audit.endpoints ?? []
  const open = endpoints.filter(({ scope }) => scope !== 'loopback').sort(byLoudness)
  const local = endpoints.filter(({ scope }) => scope === 'loopback')
  const chosen = open.find(({ id }) => id === choice?.endpoint) ?? open[0]
  const part: Part = chosen !== undefined && chosen.id === choice?.endpoint ? choice.part : { kind: 'listener' }
  const lanes = useRef<HTMLDivElement>(null)
  const follow = useRef(false)
  useEffect(() => {
    if (!follow.current) return
    follow.current = false
    lanes.current?.querySelector<HTMLElement>(`[aria-pressed="true"]`)?.focus()
  })
  const parts = open.flatMap((endpoint) => partsOf(endpoint).map((one): Choice => ({ endpoint: endpoint.id, part: one })))
  const at = parts.findIndex((one) => one.endpoint === chosen?.id && JSON.stringify(one.part) === JSON.stringify(part))
  const step = (by: number) => () => {
    follow.current = true
    setChoice(parts[Math.min(Math.max(at + by, 0), parts.length - 1)] ?? null)
  }
  useKeys({ j: parts.length > 1 ? step(1) : undefined, k: parts.length > 1 ? step(-1) : undefined })
  const drawn = new Set(endpoints.flatMap(({ program, groups }) => [program, ...groups.map(({ service }) => service)]))
  const undrawn = audit.endpoints === undefined ? [] : audit.services.filter(({ id }) => !drawn.has(id))
  if (endpoints.length + undrawn.length === 0) return <Empty {...nothingDrawn(audit)} />
  return (
    <div className="exposure">
      <div ref={lanes} className="lanes" data-pane>
        <h2 className="reader-only">Exposure</h2>
        {open.map((endpoint) => (
          <ExposureLane
            key={endpoint.id}
            endpoint={endpoint}
            selected={endpoint === chosen ? part : undefined}
            onSelect={(selected) => setChoice({ endpoint: endpoint.id, part: selected })}
          />
        ))}
        {local.length > 0 && (
          <section className="lane" aria-label="On this machine only">
            <header>
              <h3>On this machine only</h3>
            </header>
            <ul className="local">
              {local.map((endpoint) => (
                <li key={endpoint.id}>
                  <span className="one-line">{endpointTitle(endpoint)}</span>
                  <Status tone="pass" className="quiet">
                    Local
                  </Status>
                  <span className="reader-only">{endpointSentence(endpoint)}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
        {undrawn.length > 0 && (
          <section className="lane" aria-label="No way drawn">
            <header>
              <h3>No way drawn</h3>
            </header>
            <ul className="local">
              {undrawn.map((service) => {
                const { word, tone } = undrawnSaid(service)
                return (
                  <li key={service.id}>
                    <span className="one-line">{plainText(`${engineNames[service.engine]}, ${service.id}`, 120)}</span>
                    <Status tone={tone} className="quiet">
                      {word}
                    </Status>
                  </li>
                )
              })}
            </ul>
          </section>
        )}
      </div>
      {chosen && (
        <HostPane>
          <ExposureDetail endpoint={chosen} part={part} findings={audit.findings} onFinding={onFinding} />
        </HostPane>
      )}
    </div>
  )
}
