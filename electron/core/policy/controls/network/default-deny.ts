import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { DefaultVerdict } from '../../../facts/firewall/verdicts.ts'
import type { Verdict } from '../../control.ts'
import { citeRule, doubtOf } from './flows.ts'

interface Words {
  readonly open: string
  readonly closed: string
  readonly traffic: string
}

const words: Readonly<Record<'in' | 'out', Words>> = {
  in: { open: 'Inbound traffic is accepted by default', closed: 'Inbound traffic is denied by default', traffic: 'New inbound' },
  out: { open: 'Outbound traffic is accepted by default', closed: 'Outbound traffic is denied by default', traffic: 'New outbound' },
}

/** Judges the default of one direction, IPv4 and IPv6 together; whichever is open makes it open. */
export function judgeDefault(firewall: Firewall, direction: 'in' | 'out'): Verdict[] {
  const { open, closed, traffic } = words[direction]
  const defaults = firewall.defaults[direction]
  const main = defaults.filter((each) => each.main)
  const accepted = main.filter(({ verdict }) => verdict === 'accept')
  const [first] = accepted
  if (first)
    return [
      {
        status: 'fail',
        subject: '',
        title: firewall.backend === 'none' ? 'No firewall rules are loaded' : open,
        reason:
          firewall.backend === 'none'
            ? `Neither nftables nor iptables holds a rule that stops anything, so ${direction === 'in' ? 'every port that a service opens can be reached' : 'any program may connect to anywhere'}.`
            : `${traffic} ${familiesIn(accepted)} traffic that no rule names is accepted${on(first)}. Expected drop or reject.`,
        cite: citeRule(first.by, firewall, 'Accepts what no rule names. Expected drop or reject.'),
      },
    ]
  const doubtful = main.find(({ verdict }) => verdict === 'undetermined')
  if (doubtful || main.length === 0)
    return [
      {
        status: 'not-evaluated',
        subject: '',
        title: 'The default could not be determined',
        reason: doubtOf(doubtful),
        cite: citeRule(doubtful?.doubtBy ?? doubtful?.by, firewall),
      },
    ]
  const cite = [...new Map(main.map(({ by }) => [`${by?.section}:${by?.line}`, by])).values()].flatMap((by) => citeRule(by, firewall))
  const aside = defaults.filter((each) => !each.main && each.verdict === 'accept')
  return [
    {
      status: 'pass',
      subject: '',
      title: closed,
      reason: `${traffic} traffic that no rule names is ${main[0]?.verdict === 'reject' ? 'rejected' : 'dropped'}, ${familiesIn(main)}.`,
      cite,
    },
    ...otherInterfaces(aside, firewall, direction),
  ]
}

/** An interface besides that of the default route on which everything is trusted. */
function otherInterfaces(aside: readonly DefaultVerdict[], firewall: Firewall, direction: 'in' | 'out'): Verdict[] {
  return [...new Map(aside.map((each) => [each.interface, each])).values()].map((each) => ({
    status: 'warning',
    subject: each.interface ?? '',
    title: `${(each.interface ?? '').slice(0, 16)} accepts everything ${direction === 'in' ? 'inbound' : 'outbound'}`,
    reason: `Traffic that no rule names is accepted on ${each.interface ?? 'an interface'}, unlike on the interface of the default route.`,
    cite: citeRule(each.by, firewall, 'Trusts the whole interface.'),
  }))
}

const on = ({ interface: name }: DefaultVerdict) => (name === undefined ? '' : ` on ${name}`)

function familiesIn(defaults: readonly DefaultVerdict[]): string {
  const families = [...new Set(defaults.map(({ family }) => `IPv${family}`))]
  return families.join(' and ')
}
