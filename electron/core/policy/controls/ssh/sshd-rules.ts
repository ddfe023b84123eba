import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd } from '../../../facts/sshd/sshd.ts'
import type { Updates } from '../../../facts/updates/updates.ts'
import type { Verdict } from '../../control.ts'
import { stopsAgentsAndDisplays } from './disable-forwarding.ts'
import { citeSetting, type Scope, type ScopedSetting, scopesOf } from './sshd-scopes.ts'

/** One setting of sshd_config(5): how bad a value is, and what is expected. */
export interface SshdRule {
  /** In lower case, as `sshd -T` prints it. */
  readonly keyword: string
  readonly judge: (value: string) => 'fail' | 'warning' | undefined
  readonly expected: string
  /** Why it is not known whether the setting counts. */
  readonly unsure?: string | undefined
}

export interface Words {
  readonly pass: string
  readonly open: string
  /** The same inside `Match` blocks. */
  readonly matched: string
  readonly hint?: string
}

/** Rules that depend on what else is set: those of one kind of login, and every keyword that they may ask for. */
export interface SshdRules {
  readonly keywords: readonly string[]
  rulesFor(scope: Scope): readonly SshdRule[]
}

const fixed = (rules: readonly SshdRule[]): SshdRules => ({ keywords: rules.map(({ keyword }) => keyword), rulesFor: () => rules })

interface Offence {
  readonly how: 'fail' | 'warning'
  readonly text: string
  readonly cite: Citation
  readonly unsure: string | undefined
}

/**
 * Judges effective settings, and those of logins that match `Match` blocks, which `sshd -T` does not apply. A setting that is loose for some logins is
 * loose; one that could not be looked for in `Match` blocks is not evaluated.
 */
export function judgeSshd(
  sshd: Sshd,
  matches: FactResult<SshdMatches>,
  given: readonly SshdRule[] | SshdRules,
  words: Words,
): readonly Verdict[] {
  const base = { subject: 'sshd' }
  const { keywords, rulesFor } = 'rulesFor' in given ? given : fixed(given)
  const [forAll, ...some] = scopesOf(sshd, matches.known ? matches.value : { matches: [], elsewhere: [] }, keywords)
  const rules = forAll ? rulesFor(forAll) : []
  const found = rules.flatMap((rule) => offences(rule, sshd, forAll?.setting(rule.keyword)))
  const effective = found.filter(({ unsure }) => unsure === undefined)
  const [first] = effective
  if (first)
    return [
      {
        ...base,
        status: effective.some(({ how }) => how === 'fail') ? 'fail' : 'warning',
        title: words.open,
        reason: `${effective.map(({ text }) => text).join('; ')}.`,
        hint: words.hint,
        cite: effective.map(({ cite }) => cite),
      },
    ]
  const silent = rules.filter(({ keyword }) => !sshd.settings[keyword])
  if (silent.length === rules.length) {
    const reason = `sshd -T did not print ${silent.map(({ keyword }) => keyword).join(', ')}.`
    return [{ ...base, status: 'not-evaluated', title: 'sshd did not say how it is set', reason, cite: [{ section: 'sshd', line: 0 }] }]
  }
  if (!matches.known) {
    const reason = `The settings for all are sound, but those of Match blocks could not be read: ${matches.reason}.`
    return [
      {
        ...base,
        status: 'not-evaluated',
        title: 'Match blocks of sshd could not be read',
        reason,
        hint: matches.hint,
        cite: citeRules(sshd, rules),
      },
    ]
  }
  const matched = some.flatMap((scope) =>
    rulesFor(scope).flatMap((rule) => {
      const setting = scope.setting(rule.keyword)
      return setting && rule.judge(setting.value.toLowerCase()) !== undefined ? [{ scope, rule, setting }] : []
    }),
  )
  const loose = matched.filter(({ rule }) => rule.unsure === undefined)
  if (loose.length > 0)
    return [
      {
        ...base,
        status: 'warning',
        title: words.matched,
        reason: `${[...new Set(loose.map(said))].slice(0, 4).join('; ')}.`,
        hint: words.hint,
        cite: loose.slice(0, 6).map(({ setting, rule }) => ({
          ...setting.cite,
          token: setting.value.slice(0, 60),
          note: `Expected ${rule.expected}.`,
        })),
      },
    ]
  if (matches.value.elsewhere.length > 0) {
    const reason = `sshd_config includes ${matches.value.elsewhere.slice(0, 3).join(', ')}, whose Match blocks were not read.`
    return [{ ...base, status: 'not-evaluated', title: 'Match blocks of sshd could not be read', reason, cite: citeRules(sshd, rules) }]
  }
  const doubts = [...found, ...matched.map((one) => ({ text: said(one), cite: one.setting.cite, unsure: one.rule.unsure }))]
  const [doubt] = doubts
  if (doubt) {
    const reason = `${doubt.text}: ${doubt.unsure}.`
    const cite = doubts.slice(0, 6).map((one) => one.cite)
    return [{ ...base, status: 'not-evaluated', title: 'Whether a setting of sshd counts is not known', reason, hint: words.hint, cite }]
  }
  const reason = `${rules
    .flatMap(({ keyword }) => (sshd.settings[keyword] ?? []).map(({ value }) => `${keyword} ${value.slice(0, 60)}`))
    .slice(0, 6)
    .join(', ')}${matches.value.matches.length > 0 ? '; no Match block loosens it' : ''}.`
  return [{ ...base, status: 'pass', title: words.pass, reason, cite: citeRules(sshd, rules) }]
}

interface Loose {
  readonly scope: Scope
  readonly rule: SshdRule
  readonly setting: ScopedSetting
}

/** By the block that sets it; where none does, other settings of these logins make it count. */
const said = ({ scope, rule, setting: { block, value } }: Loose): string =>
  block
    ? `Match ${block.criteria} sets ${rule.keyword} ${value}, expected ${rule.expected}`
    : `for ${scope.match} ${rule.keyword} is ${value.slice(0, 120)}, expected ${rule.expected}`

/** Every value that `sshd -T` prints, or the one of a block that holds for all. */
const offences = (rule: SshdRule, { settings }: Sshd, scoped: ScopedSetting | undefined): readonly Offence[] =>
  (scoped?.block ? [scoped] : (settings[rule.keyword] ?? []).map((one) => ({ value: one.value, cite: citeSetting(one) }))).flatMap(
    ({ value, cite }) => {
      const how = rule.judge(value.toLowerCase())
      const marked = { ...cite, token: value.slice(0, 60), note: `Expected ${rule.expected}.` }
      const text = `${rule.keyword} is ${value.slice(0, 120)}, expected ${rule.expected}`
      return how ? [{ how, text, cite: marked, unsure: rule.unsure }] : []
    },
  )

const citeRules = ({ settings }: Sshd, rules: readonly SshdRule[]): readonly Citation[] =>
  rules.flatMap(({ keyword }) => (settings[keyword] ?? []).slice(0, 1).map((setting) => ({ ...citeSetting(setting), token: keyword })))

/** Anything but this value is an offence. */
export const only = (keyword: string, expected: string, how: 'fail' | 'warning' = 'warning'): SshdRule => ({
  keyword,
  judge: (value) => (value === expected ? undefined : how),
  expected,
})

/**
 * Each of these keywords is `no`, or `disableforwarding` is `yes`, which overrides them but for `permittunnel`: of that sshd asks nothing else (serverloop.c,
 * `server_request_tun`). Nor do many builds ask it for agents and displays.
 */
export const forwardingRules = (keywords: readonly string[], updates: FactResult<Updates>): SshdRules => {
  const whole = stopsAgentsAndDisplays(updates)
  const unsure = whole === undefined ? 'which build of OpenSSH runs is not known' : undefined
  const besides = keywords.flatMap((keyword): readonly SshdRule[] => {
    if (keyword === 'permittunnel') return [only(keyword, 'no')]
    const left = !whole && (keyword === 'allowagentforwarding' || keyword === 'x11forwarding')
    const expected = 'no beside DisableForwarding, which leaves it on before OpenSSH 10.0'
    return left ? [{ ...only(keyword, 'no'), expected, unsure }] : []
  })
  return {
    keywords: ['disableforwarding', ...keywords],
    rulesFor: (scope) =>
      scope.setting('disableforwarding')?.value.toLowerCase() === 'yes' || !keywords.some((keyword) => scope.setting(keyword))
        ? [only('disableforwarding', 'yes'), ...besides]
        : keywords.map((keyword) => only(keyword, 'no')),
  }
}
