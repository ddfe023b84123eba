import { command, type SectionSpec } from '../../probe/section.ts'

const alternatives = ['/usr/sbin/ip', '/sbin/ip', '/usr/bin/ip', '/bin/ip']

/**
 * Every routing table, since policy routing may send answers out of another interface than the main table says. Without `-4` the routes of
 * IPv6 are listed as well.
 */
export const collectNetwork = (): readonly SectionSpec[] => [
  command({ id: 'addresses', argv: ['ip', '-o', 'addr'], alternatives, privilege: 'none' }),
  command({ id: 'routes', argv: ['ip', '-4', 'route', 'show', 'table', 'all'], alternatives, privilege: 'none' }),
  command({ id: 'routes-6', argv: ['ip', '-6', 'route', 'show', 'table', 'all'], alternatives, privilege: 'none' }),
]
