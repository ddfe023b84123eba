import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Host } from '#shared/model/fleet.ts'
import { governsDoors } from './published-first.ts'
import { render } from './render.ts'
import { shippedTemplate } from './templates.ts'

const host = { name: 'gpu-01' } as Host
const filter = { clients: ['10.0.1.0/24'], ports: ['443'], jump: ['10.0.0.1'], sshPort: 22 }
const about = (id: string, values: Record<string, string | number | string[]>) => {
  const { manifest } = shippedTemplate(id)
  return { manifest, rendered: render(manifest, values) }
}
const door = (subject: string, status: string, template?: string) => ({
  ...{ control: 'inference-port-only-from-app', subject, status },
  ...(template && { remediation: { template } }),
})
const planned = (template: ReturnType<typeof about>, findings: readonly object[], published: readonly string[]) =>
  governsDoors({ host, ...template, published, audit: { findings } as unknown as HostAudit })

test.each(['ufw-segment', 'nftables-segment'])('%s says what comes first where Docker forwards a port that is open', (id) => {
  const template = about(id, filter)
  const open = [door('*:8080', 'fail', 'docker-published-ports')]
  expect(() => planned(template, open, ['8080'])).toThrow(
    `a container runtime forwards *:8080 past the rules that ${id} makes, so it would stay open: push docker-published-ports first`,
  )
  // Podman has no chain for the rules of others.
  expect(() => planned(template, [door('*:8080', 'fail', id)], ['8080'])).toThrow('publish it on 127.0.0.1')
  // Nor would it pass afterwards.
  expect(() => planned(template, [door('*:8080', 'not-evaluated')], ['8080'])).toThrow('past the rules')
  // A port of the host itself, and one that is closed already.
  expect(() => planned(template, [door('*:443', 'fail', id)], ['8080'])).not.toThrow()
  expect(() => planned(template, [door('*:8080', 'pass')], ['8080'])).not.toThrow()
})

test('what closes such ports is not held up', () => {
  const template = about('docker-published-ports', { ports: ['8080'], clients: ['10.0.1.0/24'] })
  expect(() => planned(template, [door('*:8080', 'fail', 'docker-published-ports')], ['8080'])).not.toThrow()
})
