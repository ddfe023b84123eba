import type { Listener } from '#shared/model/listener.ts'
import type { Access } from '../../../facts/access/access.ts'
import { type AddressSet, sizeOf, subtract, union } from '../../../facts/firewall/address-set.ts'
import { type AtStart, filterAtStart, type Loader } from '../../../facts/firewall/at-start/at-start.ts'
import { defaultsOf } from '../../../facts/firewall/defaults.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { destinationsOf, reach } from '../../../facts/firewall/reach.ts'
import type { DefaultVerdict, Piece } from '../../../facts/firewall/verdicts.ts'
import type { Network } from '../../../facts/network/network.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeRule, knownValue, printRemotes } from './flows.ts'

type Family = 4 | 6

export default defineControl({
  id: 'firewall-loaded-at-start',
  item: 'INF-7',
  severity: 'high',
  title: 'The rules that deny by default come again with the host',
  rationale:
    'Rules live in the kernel and are gone with a restart, which a kernel update, a crash or a power cut brings. Rules typed by hand, a service that is not enabled or a file that was never saved leave every port, or every way out, open from then on, and nobody sees it happen.',
  steps: 'Save the rules where a service loads them at start, and enable it: nftables, netfilter-persistent, ufw or firewalld.',
  needs: ['firewall', 'os'],
  uses: ['network', 'listeners', 'access'],
  references: [
    'NIST-800-53:SC-7(5)',
    'NIST-800-53:CM-6',
    'CIS-8:4.4',
    'ISO-27001:A.8.20',
    'https://wiki.nftables.org/wiki-nftables/index.php/Simple_rule_management',
  ],
  evaluate: ({ firewall, os, network, listeners, access }) => {
    const now = ([4, 6] as const).map((family) => ({ family, denied: deniedNow(firewall, family) }))
    const denied = now.flatMap((each) => (each.denied === true ? [each.family] : []))
    const atStart = filterAtStart(os, knownValue(network), firewall)
    const jobs = jobsThatLoad(knownValue(access))
    const out = atStart && letOut(firewall, atStart, knownValue(network))
    const outbound = out && atStart && inDoubt(out, atStart, jobs)
    if (denied.length === 0)
      return [outbound ?? (now.some((each) => each.denied === undefined) ? doubtful(firewall) : notDenied(atStart, firewall))]
    if (!atStart)
      return [
        notEvaluated(
          'What loads rules at the start is not known',
          'The host starts without systemd, or its services and files could not be read.',
          [{ section: 'os', line: 0 }],
        ),
      ]
    const verdict = judge(firewall, atStart, denied, jobs)
    if (verdict.status !== 'pass') return [verdict]
    if (outbound || !listeners.known) return [outbound ?? verdict]
    const worse = opened(firewall, atStart, knownValue(network), listeners.value)
    return [(worse && inDoubt(worse, atStart, jobs)) ?? verdict]
  },
})

/** Undefined where it is not certain. Without an address of that family there is nothing to deny. */
function deniedNow({ defaults }: Firewall, family: Family): boolean | undefined {
  const verdicts = defaults.in.filter((each) => each.main && each.family === family).map(({ verdict }) => verdict)
  if (verdicts.includes('accept')) return false
  return verdicts.includes('undetermined') ? undefined : verdicts.length > 0
}

function judge(firewall: Firewall, atStart: AtStart, families: readonly Family[], jobs: readonly Job[]): Verdict {
  const { loaders } = atStart
  const coming = loaders.filter(({ comes }) => comes === true)
  const denying = (family: Family) => coming.filter(({ denies }) => denies[family] === true)
  const open = families.filter((family) => denying(family).length === 0)
  if (open.length === 0)
    return families.map((family) => raced(denying(family), coming, family)).find((each) => each) ?? held(coming, families)
  const cite = citeRule(firewall.defaults.in.find((each) => each.main && open.includes(each.family))?.by, firewall, 'Denies now.')
  const unsure = loaders.find(({ comes, denies }) =>
    open.some((family) => (comes === true && denies[family] === undefined) || (comes === undefined && denies[family] !== false)),
  )
  if (unsure)
    return {
      ...notEvaluated('Whether the rules come again is not certain', `${unsure.unit}: ${unsure.because}`, [...unsure.cite, ...cite]),
      ...(/may not be read/.test(unsure.because) && { hint: unsure.sudoers ? `Add to sudoers: ${unsure.sudoers}` : letRead }),
    }
  const [other] = atStart.others
  if (other)
    return notEvaluated(
      'Whether the rules come again is not certain',
      `No service that Gatehouse follows loads rules that deny ${named(open)} by default. ${atStart.otherPaths.join(', ')} may, which is not followed.`,
      [...atStart.others, ...cite],
    )
  const [job] = jobs
  if (job)
    return notEvaluated(
      'Whether the rules come again is not certain',
      `No service that Gatehouse follows loads rules that deny ${named(open)} by default. A job of root in ${job.file} may, which is not followed.`,
      [...job.cite, ...cite],
    )
  if (/^(?:cali-|CILIUM|KUBE-)/.test(chainOf(firewall, open)))
    return notEvaluated(
      'Whether the rules come again is not certain',
      'They are rules of a Kubernetes network plugin, which loads them itself.',
      cite,
    )
  return {
    status: 'fail',
    subject: '',
    title: open.length < families.length ? `${named(open)} is open after the next start` : 'The firewall is open after the next start',
    reason: `Inbound ${named(open)} traffic is denied by default now, and nothing that loads rules at the start of the host denies it: ${whyNot(loaders)}`,
    hint: hintFor(firewall),
    cite: [...loaders.flatMap((loader) => loader.cite), ...cite],
  }
}

interface Job {
  readonly file: string
  readonly cite: Verdict['cite']
}

/** Jobs of root that cron starts and whose command names what loads rules. Whether at the start (`@reboot`) or later: both come after it. */
const jobsThatLoad = (access: Access | undefined): readonly Job[] =>
  access?.cron.known
    ? access.cron.value.flatMap(({ file, account, command, line }) =>
        account === 'root' && /(?<![a-z])(?:nft|ip6?tables|ipset|ufw|shorewall|ferm|firewall)/i.test(command)
          ? [{ file, cite: [{ section: 'access', line }] }]
          : [],
      )
    : []

/** A port that somebody listens on, to which what was saved lets in most of who has a way to it and the rules of now do not. Single addresses are what fail2ban and the like hold. */
function opened(firewall: Firewall, atStart: AtStart, network: Network | undefined, listeners: readonly Listener[]): Verdict | undefined {
  const coming = atStart.loaders.filter(({ comes }) => comes === true)
  const tables = coming.flatMap((loader) => loader.tables ?? [])
  const isTranslated = (port: number): boolean =>
    ([4, 6] as const).some((family) => destinationsOf(firewall.tables, network, family, port).some(({ packet }) => packet.translated))
  // What Docker publishes its own rules lead on, which it loads anew whatever was saved of them.
  const outward = listeners.filter(({ protocol, scope, port }) => protocol === 'tcp' && scope !== 'loopback' && !isTranslated(port))
  if (outward.length === 0) return undefined
  const hidden = coming.find((loader) => loader.tables === undefined)
  if (hidden)
    return {
      ...notEvaluated(
        'What the next start opens is not certain',
        `${hidden.unit} starts with the host, and which ports its rules let in is not known: ${hidden.because || 'they are not among those of now.'}`,
        hidden.cite,
      ),
      ...(hidden.sudoers && { hint: `Add to sudoers: ${hidden.sudoers}` }),
    }
  const changes = outward.flatMap((listener) => {
    const query = { direction: 'in', protocol: 'tcp', port: listener.port, address: listener.address } as const
    const letIn = reach(firewall, network, query).filter(({ verdict }) => verdict === 'accept' || verdict === 'undetermined')
    const then = reach({ tables }, network, query).filter(({ roundabout }) => !roundabout)
    return then.flatMap((piece) => {
      const isSame = (each: Piece) => each.family === piece.family && each.interface === piece.interface
      const same = letIn.filter(isSame)
      const remotes = subtract(
        piece.remotes,
        same.reduce<AddressSet>((all, each) => union(all, each.remotes), []),
      )
      // Of a host without a default route that is a network or two.
      const whole = then.filter(isSame).reduce<AddressSet>((all, each) => union(all, each.remotes), [])
      return sizeOf(remotes) * 2n > sizeOf(whole) ? [{ listener, piece: { ...piece, remotes } }] : []
    })
  })
  const worse = changes.find(({ piece }) => piece.verdict === 'accept') ?? changes.find(({ piece }) => piece.verdict === 'undetermined')
  if (!worse) return undefined
  const { listener, piece } = worse
  const cite = [...citeRule(piece.by, firewall), { section: listener.section ?? 'listeners', line: listener.line }]
  if (piece.verdict === 'undetermined')
    return notEvaluated(
      'Whether the rules come again is not certain',
      `Who reaches port ${listener.port} after the next start hangs on a rule that Gatehouse does not model.`,
      cite,
    )
  return {
    status: 'fail',
    subject: '',
    title: `Port ${listener.port} opens with the next start`,
    reason: `What ${coming.map(({ unit }) => unit).join(' and ')} loads at the start lets ${printRemotes(piece)} in to port ${listener.port}; the rules of now do not.`,
    hint: 'Save the rules of now where the service loads them (with ufw: ufw deny, or ufw delete allow), or take the old one out of its file.',
    cite,
  }
}

/** What leaves is denied by default now, and by nothing that comes with the host. Undefined where that is not certain. */
function letOut(firewall: Firewall, { loaders }: AtStart, network: Network | undefined): Verdict | undefined {
  const main = (of: readonly DefaultVerdict[], family: Family) => of.filter((each) => each.main && each.family === family)
  const isDenied = ({ verdict }: DefaultVerdict): boolean => verdict === 'drop' || verdict === 'reject'
  const denied = ([4, 6] as const).filter((family) => {
    const all = main(firewall.defaults.out, family)
    return all.length > 0 && all.every(isDenied)
  })
  const coming = loaders.filter(({ comes }) => comes !== false)
  // Of firewalld the rules for what leaves (policies from HOST) are not followed.
  const isFollowed = ({ unit, comes, tables }: Loader): boolean => comes === true && tables !== undefined && unit !== 'firewalld.service'
  if (denied.length === 0 || !coming.every(isFollowed)) return undefined
  const then = defaultsOf({ tables: coming.flatMap(({ tables = [] }) => tables) }, network, 'out')
  const open = denied.filter((family) => main(then, family).some(({ verdict }) => verdict === 'accept'))
  const [first] = open
  if (first === undefined) return undefined
  return {
    status: 'fail',
    subject: '',
    title: 'Outbound is open after the next start',
    reason: `Outbound ${named(open)} traffic is denied by default now, and ${coming.length === 0 ? `nothing loads rules at the start of the host: ${whyNot(loaders)}` : `what ${coming.map(({ unit }) => unit).join(' and ')} loads at the start lets it out.`}`,
    hint: hintFor(firewall),
    cite: [...coming.flatMap(({ cite }) => cite), ...citeRule(main(firewall.defaults.out, first)[0]?.by, firewall, 'Denies now.')],
  }
}

/** Where a script or a job of the admin's own may load what holds a port now, nothing is certain. */
function inDoubt(worse: Verdict, { others, otherPaths }: AtStart, jobs: readonly Job[]): Verdict {
  const [job] = jobs
  const by = otherPaths.length > 0 ? otherPaths.join(', ') : job?.file
  if (worse.status !== 'fail' || by === undefined) return worse
  return notEvaluated('Whether the rules come again is not certain', `${worse.reason} ${by} may load those, which is not followed.`, [
    ...worse.cite,
    ...others,
    ...(job?.cite ?? []),
  ])
}

const whyNot = (loaders: readonly Loader[]): string => {
  const said = loaders.map(({ because }) => because).filter((each) => each !== '')
  return said.length === 0 ? 'no service that loads rules is installed.' : said.join(' ')
}

/** `netfilter-persistent save` sets the mode anew, which leaves the entry of an account in force (acl(5)). */
const letRead = 'Let the account of the audit read it: setfacl -m u:ACCOUNT:r FILE, for a folder rx.'

/** One that wipes and does not deny by itself, beside one that denies: systemd gives them no order. */
function raced(denying: readonly Loader[], coming: readonly Loader[], family: Family): Verdict | undefined {
  const [first] = denying
  const wiper = coming.find((each) => each.wipes && each.denies[family] !== true)
  const rival = conflicting(coming)
  if (!first || (!wiper && !rival)) return undefined
  const [one, two] = rival ?? [first, wiper as Loader]
  return {
    status: 'warning',
    subject: '',
    title: 'Two services load rules and undo each other',
    reason: rival
      ? `${one.unit} and ${two.unit} are both enabled and exclude each other (Conflicts=): systemd starts one of them.`
      : `${one.unit} denies by default, and ${two.unit} takes away what is loaded before it without denying by itself. Nothing says which of them comes last.`,
    hint: `Keep one of them: systemctl disable ${two.unit}, or the other, after what it loads was moved.`,
    cite: [...one.cite, ...two.cite],
  }
}

/** firewalld.service has `Conflicts=` with these. */
function conflicting(coming: readonly Loader[]): readonly [Loader, Loader] | undefined {
  const firewalld = coming.find(({ unit }) => unit === 'firewalld.service')
  const other = coming.find(({ unit }) => /^(?:nftables|ip6?tables)\.service$/.test(unit))
  return firewalld && other && [firewalld, other]
}

function held(coming: readonly Loader[], families: readonly Family[]): Verdict {
  const holding = coming.filter(({ denies }) => families.some((family) => denies[family] === true))
  return {
    status: 'pass',
    subject: '',
    title: 'The rules come again with the host',
    reason: `${holding.map(({ unit }) => unit).join(' and ')} ${holding.length === 1 ? 'starts' : 'start'} with the host and ${holding.length === 1 ? 'loads' : 'load'} rules that deny ${named(families)} by default.`,
    cite: holding.flatMap((loader) => loader.cite),
  }
}

function notDenied(atStart: AtStart | undefined, firewall: Firewall): Verdict {
  const waiting = atStart?.loaders.find(({ comes, denies }) => comes === true && denies[4] === true)
  const rule = firewall.defaults.in.find(({ main }) => main)?.by
  if (!waiting)
    return {
      status: 'not-applicable',
      subject: '',
      title: 'Nothing is denied by default now',
      reason: 'There are no rules to lose.',
      cite: [],
    }
  return {
    status: 'warning',
    subject: '',
    title: 'Rules of the next start are not in force now',
    reason: `${waiting.unit} starts with the host and loads rules that deny by default, but they are not in force now: somebody took them away or changed them since.`,
    hint: `systemctl restart ${waiting.unit} loads them; first see that they let in SSH.`,
    cite: [...waiting.cite, ...citeRule(rule, firewall)],
  }
}

const doubtful = (firewall: Firewall): Verdict =>
  notEvaluated(
    'What is denied now is not certain',
    'The default hangs on rules that could not be read or are not modelled.',
    citeRule(undefined, firewall),
  )

const notEvaluated = (title: string, reason: string, cite: Verdict['cite']): Verdict => ({
  status: 'not-evaluated',
  subject: '',
  title,
  reason,
  cite,
})

const named = (families: readonly Family[]): string => families.map((family) => `IPv${family}`).join(' and ')

const chainOf = (firewall: Firewall, families: readonly Family[]): string =>
  firewall.defaults.in.find((each) => each.main && families.includes(each.family))?.by?.chain ?? ''

function hintFor({ backend }: Firewall): string {
  if (backend === 'ufw') return 'ufw enable sets ENABLED=yes; systemctl enable ufw.service has it loaded at the start.'
  if (backend === 'firewalld')
    return 'systemctl enable firewalld.service; firewall-cmd --runtime-to-permanent keeps what was set at run time.'
  if (backend === 'iptables')
    return 'netfilter-persistent (iptables-services on RHEL) loads what iptables-save and ip6tables-save wrote; enable its service.'
  return 'Write the rules to /etc/nftables.conf, check them with nft -c -f, then systemctl enable nftables.service.'
}
