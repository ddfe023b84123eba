import { forwardedSubject } from '#shared/model/forwarded-subject.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { Verdict } from '../../control.ts'
import { citeRule, doubtOf } from './flows.ts'

/** What containers behind bridge `name` send is forwarded where it should not be. `title` is cut to what a list shows. */
export const forwardedOpenly = (name: string, title: string, reason: string, cite: readonly Citation[]): Verdict => ({
  status: 'warning',
  subject: forwardedSubject(name),
  title: title.slice(0, 47),
  reason,
  hint: 'Drop what comes from that bridge except to named addresses: in chain DOCKER-USER of Docker, else where packets are forwarded.',
  template: null,
  cite,
})

/** Nothing where there is no doubt about it. */
export const forwardedPerhaps = (name: string, doubt: Piece | undefined, firewall: Firewall): readonly Verdict[] =>
  doubt === undefined
    ? []
    : [
        {
          status: 'not-evaluated',
          subject: forwardedSubject(name),
          title: `What ${name} forwards is not certain`.slice(0, 47),
          reason: doubtOf(doubt),
          cite: citeRule(doubt.doubtBy ?? doubt.by, firewall),
        },
      ]
