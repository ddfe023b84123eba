import type { Ask } from '../../../facts/network/next-start/next-start.ts'
import type { Sources } from '../../../facts/sources/sources.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { notAirGapped, placeOf } from './air-gap.ts'

/** Addresses of the stub of systemd-resolved, and the file that names the servers behind it (systemd-resolved.service(8)). */
const STUBS = new Set(['127.0.0.53', '127.0.0.54'])
const UPSTREAM = '/run/systemd/resolve/resolv.conf'

const isLoopback = (address: string): boolean => /^127\.|^::1$/.test(address)

/**
 * NetworkManager, netconfig and dhcpcd write /etc/resolv.conf again. What systemd-networkd is told, and netplan tells it, is for systemd-resolved, and lines of ifupdown
 * are for resolvconf, which may not be there.
 */
const isTakenFor = ({ file }: Ask, { resolverFiles }: Sources): boolean =>
  /\/NetworkManager\/|^\/etc\/sysconfig\/|^\/etc\/dhcpcd\.conf$/.test(file) ||
  (!file.startsWith('/etc/network/') && resolverFiles.includes(UPSTREAM))

function atNextStart({ address = '', file, text, cite }: Ask, isTaken: boolean): Verdict {
  const base = { subject: '', cite: [{ ...cite, note: 'Outside. Expected an address inside.' }] }
  const asked = `${address} is not asked now, but ${file} names it ("${text.slice(0, 100)}")`
  if (!isTaken)
    return {
      ...base,
      status: 'not-evaluated',
      title: 'A file names a resolver outside',
      reason: `${asked}. Whether a program takes it at the next start is not known.`,
      hint: `Take it out of ${file}.`,
    }
  return {
    ...base,
    status: 'fail',
    title: 'The next start names a resolver outside',
    reason: `${asked}. Whoever took it away did so until the next start.`,
    hint: `Take it out of ${file}; what is written to /etc/resolv.conf by hand is gone with the next start.`,
  }
}

export default defineControl({
  id: 'airgap-no-public-resolver',
  item: 'INF-7',
  severity: 'high',
  title: 'An air-gapped host asks no resolver outside for names',
  rationale: 'DNS crosses many a gap: queries carry data out and answers carry commands in, through whatever resolver the host may ask.',
  steps: 'Name resolvers inside alone, in the network configuration and in resolved.conf.',
  needs: ['sources'],
  uses: ['network'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:SC-20', 'CIS-8:9.2', 'ISO-27001:A.8.22'],
  evaluate: ({ sources, network }, context) => {
    const exempt = notAirGapped(context)
    if (exempt) return exempt
    const base = { subject: '' }
    const unread = sources.unreadable.filter((file) => /resolv\.conf$/.test(file))
    const stub = sources.resolvers.find(({ address }) => STUBS.has(address))
    // It asks others only where it knows nobody.
    const alone = stub !== undefined && sources.resolverFiles.includes(UPSTREAM) && !sources.resolvers.some(({ file }) => file === UPSTREAM)
    const fallback = alone ? sources.fallbackResolvers : []
    const outside = [...sources.resolvers, ...(fallback ?? [])].filter(({ address }) => placeOf(address) === 'outside')
    if (outside.length > 0) {
      const names = [...new Set(outside.map(({ address }) => address))].join(', ')
      return [
        {
          ...base,
          status: 'fail',
          title: 'A resolver outside is asked for names',
          reason: `${names} ${outside.length === 1 ? 'is' : 'are'} outside. Expected no resolver, or one of this network that forwards nothing.`,
          hint: 'Take it out of the network configuration, or out of resolved.conf (FallbackDNS= with no value, where that names it).',
          cite: outside.map(({ line, address }) => ({
            section: 'software',
            line,
            token: address,
            note: 'Outside. Expected an address inside.',
          })),
        },
      ]
    }
    const nextStart = network.known ? network.value.nextStart : undefined
    const asks = nextStart?.known ? nextStart.value.asks : []
    const [later] = asks
      .filter(({ kind, address = '' }) => kind === 'resolver' && placeOf(address) === 'outside')
      .toSorted((a, b) => Number(isTakenFor(b, sources)) - Number(isTakenFor(a, sources)))
    if (later) return [atNextStart(later, isTakenFor(later, sources))]
    if (unread.length > 0) {
      const reason = `${unread.join(', ')} may not be read.`
      return [
        { ...base, status: 'not-evaluated', title: 'The resolvers could not be read', reason, cite: [{ section: 'software', line: 0 }] },
      ]
    }
    if (stub && (!sources.resolverFiles.includes(UPSTREAM) || fallback === undefined)) {
      const why = fallback === undefined ? 'it knows none, and asks those that it was built with' : `${UPSTREAM} is not there`
      const reason = `${stub.address} is systemd-resolved, and the servers that it asks are not known: ${why}.`
      const cite = [{ section: 'software', line: stub.line, token: stub.address }]
      return [{ ...base, status: 'not-evaluated', title: 'What resolved asks is not known', reason, cite }]
    }
    const own = sources.resolvers.find(({ address }) => isLoopback(address) && !STUBS.has(address))
    if (own) {
      const reason = `${own.address} is a resolver on this host itself. Whom that asks stands in its own configuration, which was not read.`
      const cite = [{ section: 'software', line: own.line, token: own.address }]
      return [{ ...base, status: 'not-evaluated', title: 'What its own resolver asks is not known', reason, cite }]
    }
    if (nextStart && !nextStart.known)
      return [
        {
          ...base,
          status: 'not-evaluated',
          title: 'What the next start asks is not known',
          reason: `No resolver outside is asked now. ${nextStart.reason}.`,
          hint: nextStart.hint,
          cite: nextStart.sections.map((section) => ({ section, line: 0 })),
        },
      ]
    if (sources.resolvers.length === 0) {
      const reason = 'Neither /etc/resolv.conf nor systemd-resolved names a server.'
      return [{ ...base, status: 'pass', title: 'No resolver is set', reason, cite: [{ section: 'software', line: 0 }] }]
    }
    const names = [...new Set(sources.resolvers.map(({ address }) => address))].join(', ')
    const reason = `Only ${names} is asked, which lies inside. Whether it forwards to the outside cannot be seen from this host.`
    return [
      {
        ...base,
        status: 'pass',
        title: 'Only resolvers inside are asked',
        reason,
        cite: sources.resolvers.map(({ line }) => ({ section: 'software', line })),
      },
    ]
  },
})
