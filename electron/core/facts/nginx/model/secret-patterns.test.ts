import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isSecretText, provenBy } from './secret-patterns.ts'

const key = 'JMPFXBuLtxUo6gsiZGkaHYmep85Eeu3D'

test.each<[string, 'secret' | 'form' | 'unclear']>([
  ['^Bearer .+', 'form'],
  ['^Bearer ', 'form'],
  ['Bearer', 'form'],
  ['^Bearer [A-Za-z0-9]{32}$', 'form'],
  ['^Bearer\\s+sk-[a-z0-9]{48}$', 'form'],
  ['^Bearer sk-proj-[A-Za-z0-9_-]{20,}$', 'form'],
  ['^Bearer github_pat_\\w+$', 'form'],
  ['^[[:xdigit:]]{8}-[[:xdigit:]]{4}$', 'form'],
  ['^Bearer eyJ[^.]+\\.[^.]+\\.[^.]+$', 'form'],
  ['^Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\\.', 'unclear'],
  ['^Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9\\.[\\w-]+\\.[\\w-]+$', 'form'],
  ['session_id_production=([^;]+)', 'form'],
  ['session=', 'form'],
  ['(^|; )auth_token=', 'form'],
  ['^dGhpc2lzYXNlY3JldA=$', 'secret'],
  ['^(Bearer|Token) \\S+$', 'form'],
  [`^Bearer (${key}|[a-z]{20})$`, 'form'],
  ['^Bearer my-long-secret(-[a-z]+)?$', 'form'],
  ['', 'form'],
  [`^Bearer ${key}$`, 'secret'],
  [`^Bearer (${key}|my-other-secret)$`, 'secret'],
  [`^[Bb]earer\\s+${key}\\s*$`, 'secret'],
  [`(?i)^bearer ${key}$`, 'secret'],
  [`^Bearer[[:space:]]+${key}[[:blank:]]*$`, 'secret'],
  ['^[[:upper:]][[:lower:]]+[[:punct:]][[:word:]]+$', 'form'],
  [`^Bearer ${key}`, 'secret'],
  [key, 'secret'],
  [`(^|; )auth=${key}(;|$)`, 'secret'],
  ['^Bearer (?:my-long-secret)$', 'secret'],
  ['^Bearer m[y]-l\\-ong-s{1}ecret\\z', 'secret'],
  ['^Bearer my-long-secret', 'unclear'],
  [`^Bearer ${key}.*$`, 'unclear'],
  ['^Bearer abc$', 'unclear'],
  ['(^|; )authenticated=1(;|$)', 'unclear'],
  ['^Bearer (?=x)my-long-secret$', 'unclear'],
  ['^(my-long-secret)\\1$', 'unclear'],
  [`^${'(a|b)'.repeat(30)}$`, 'unclear'],
  ['^((((((((((((((my-long-secret))))))))))))))$', 'unclear'],
  [`^[a-z]{999999}$`, 'unclear'],
  ['^(my-long-secret', 'unclear'],
])('who fits %s', (pattern, expected) => {
  const { proof, samples } = provenBy(pattern)
  expect(proof).toBe(expected)
  expect(samples.length > 0).toBe(proof === 'form')
})

test('a sample fits', () => {
  const part = fc.constantFrom(
    'abc',
    'my-long-secret',
    '[a-z]',
    '\\d',
    '.',
    '(a|[0-9]+)',
    'x?',
    '\\s+',
    '\\.',
    '[^;]*',
    '(?:k=)',
    '[[:alnum:]]{3}',
    '^',
    '$',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const { samples } = provenBy(parts.join(''))
      const real = new RegExp(parts.join('').replaceAll('[[:alnum:]]', '[A-Za-z0-9]'))
      // An anchor in the middle fits nothing at all.
      if (!parts.slice(1).includes('^') && !parts.slice(0, -1).includes('$')) for (const sample of samples) expect(sample).toMatch(real)
    }),
  )
})

test('whatever a configuration holds is read in no time', () => {
  const started = performance.now()
  for (const bomb of [
    '(a|b|'.repeat(300),
    '((((a+)+)+)+)+$',
    '(a{60}){60}',
    '(a{60}){60}'.repeat(40),
    '[a-z]{1,4000}'.repeat(100),
    '(x|y)'.repeat(300),
  ])
    provenBy(bomb)
  expect(performance.now() - started).toBeLessThan(1_000)
})

test.each([
  ['Bearer sk-real-1', true],
  [`Bearer ${key}`, true],
  ['abc', false],
  ['Bearer abc', false],
  ['authenticated=1', false],
  [`auth=${key}; x=1`, true],
])('%s is long enough for a secret: %s', (text, expected) => {
  expect(isSecretText(text)).toBe(expected)
})
