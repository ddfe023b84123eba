import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { shippedTemplate } from '../templates/templates.ts'
import { openPublished } from './published-first.ts'

const door = (subject: string, status: string, template?: string) => ({
  ...{ control: 'inference-port-only-from-app', subject, status },
  ...(template && { remediation: { template } }),
})
const said = (template: string, findings: readonly object[], published: readonly string[]) =>
  openPublished({ manifest: shippedTemplate(template).manifest, published, audit: { findings } as unknown as HostAudit })

test.each(['ufw-segment', 'nftables-segment'])('%s says what comes first where Docker forwards a port that is open', (id) => {
  const open = [door('*:8080', 'fail', 'docker-published-ports')]
  expect(said(id, open, ['8080'])).toContain(
    `a container runtime forwards *:8080 past the rules that ${id} makes, so it would stay open: push docker-published-ports first`,
  )
  // Podman has no chain for the rules of others.
  expect(said(id, [door('*:8080', 'fail', id)], ['8080'])).toContain('publish it on 127.0.0.1')
  // Nor would it pass afterwards.
  expect(said(id, [door('*:8080', 'not-evaluated')], ['8080'])).toContain('past the rules')
  // A port of the host itself, and one that is closed already.
  expect(said(id, [door('*:443', 'fail', id)], ['8080'])).toBe('')
  expect(said(id, [door('*:8080', 'pass')], ['8080'])).toBe('')
})

test('what closes such ports is not held up', () => {
  expect(said('docker-published-ports', [door('*:8080', 'fail', 'docker-published-ports')], ['8080'])).toBe('')
})
