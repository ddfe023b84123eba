import type { FactResult } from '../../../facts/fact.ts'
import type { SshdMatches } from '../../../facts/privileged/privileged.ts'
import type { Sshd, SshdSetting } from '../../../facts/sshd/sshd.ts'
import type { Citation, Verdict } from '../../control.ts'

/** One setting of sshd_config(5): how bad a value is, and what is expected. */
export interface SshdRule {
  /** In lower case, as `sshd -T` prints it. */
  readonly keyword: string
  readonly judge: (value: string) => 'fail' | 'warning' | undefined
  readonly expected: string
}

export interface Words {
  readonly pass: string
  readonly open: string
  /** The same inside `Match` blocks. */
  readonly matched: string
  readonly hint?: string
}

interface Offence {
  readonly how: 'fail' | 'warning'
  readonly text: string
  readonly cite: Citation
}

/**
 * Judges effective settings, and those of `Match` blocks, which `sshd -T` does not apply. A setting that is loose for some logins is
 * loose; one that could not be looked for in `Match` blocks is not evaluated.
 */
export function judgeSshd(sshd: Sshd, matches: FactResult<SshdMatches>, rules: readonly SshdRule[], words: Words): readonly Verdict[] {
  const base = { subject: 'sshd' }
  const effective = rules.flatMap((rule) => offences(rule, sshd.settings[rule.keyword] ?? []))
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
  const loose = matches.value.matches.flatMap((match) =>
    rules.flatMap((rule) =>
      match.settings
        .filter(({ keyword, value }) => keyword === rule.keyword && rule.judge(value.toLowerCase()) !== undefined)
        .map(({ value, line }) => ({ match, rule, value, line })),
    ),
  )
  if (loose.length > 0)
    return [
      {
        ...base,
        status: 'warning',
        title: words.matched,
        reason: `${loose
          .map(({ match, rule, value }) => `Match ${match.criteria} sets ${rule.keyword} ${value}, expected ${rule.expected}`)
          .slice(0, 4)
          .join('; ')}.`,
        hint: words.hint,
        cite: loose
          .slice(0, 6)
          .map(({ line, value, rule }) => ({ section: 'privileged', line, token: value, note: `Expected ${rule.expected}.` })),
      },
    ]
  if (matches.value.elsewhere.length > 0) {
    const reason = `sshd_config includes ${matches.value.elsewhere.slice(0, 3).join(', ')}, whose Match blocks were not read.`
    return [{ ...base, status: 'not-evaluated', title: 'Match blocks of sshd could not be read', reason, cite: citeRules(sshd, rules) }]
  }
  const reason = `${rules
    .flatMap(({ keyword }) => (sshd.settings[keyword] ?? []).map(({ value }) => `${keyword} ${value.slice(0, 60)}`))
    .slice(0, 6)
    .join(', ')}${matches.value.matches.length > 0 ? '; no Match block loosens it' : ''}.`
  return [{ ...base, status: 'pass', title: words.pass, reason, cite: citeRules(sshd, rules) }]
}

/** Where a setting stands. */
export const citeSetting = ({ section = 'sshd', line }: Pick<SshdSetting, 'section' | 'line'>): Citation => ({ section, line })

const offences = (rule: SshdRule, values: readonly SshdSetting[]): readonly Offence[] =>
  values.flatMap((setting) => {
    const { value } = setting
    const how = rule.judge(value.toLowerCase())
    const cite = { ...citeSetting(setting), token: value.slice(0, 60), note: `Expected ${rule.expected}.` }
    return how ? [{ how, text: `${rule.keyword} is ${value.slice(0, 120)}, expected ${rule.expected}`, cite }] : []
  })

const citeRules = ({ settings }: Sshd, rules: readonly SshdRule[]): readonly Citation[] =>
  rules.flatMap(({ keyword }) => (settings[keyword] ?? []).slice(0, 1).map((setting) => ({ ...citeSetting(setting), token: keyword })))

/** Anything but this value is an offence. */
export const only = (keyword: string, expected: string, how: 'fail' | 'warning' = 'warning'): SshdRule => ({
  keyword,
  judge: (value) => (value === expected ? undefined : how),
  expected,
})
