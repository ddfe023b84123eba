import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileKinds } from '#shared/model/push-template.ts'
import { tokens } from '../../facts/nginx/tokens.ts'
import { kinds } from './kinds.ts'
import { type RenderedFile, render } from './render.ts'
import { sampleGenerated, sampleValues } from './sample-values.testing.ts'
import { shippedTemplates } from './templates.ts'

/** Whatever is given for a parameter: an error, or a file of the same shape as with sound values. */

const marks = [
  '\n',
  '"',
  "'",
  '\\',
  '$',
  '%',
  ';',
  '{',
  '}',
  '#',
  '(',
  ')',
  ' ',
  '\t',
  '\0',
  ',',
  '=',
  ':',
  '!',
  '*',
  '/../',
  'é',
  '\u202e',
  '-',
]
const sound = [
  '10.0.1.0/24',
  'fd00::/8',
  'a.example',
  '/etc/ssl/a.pem',
  'ollama.service',
  'root',
  `a:$2b$10$${'b'.repeat(53)}`,
  '8000',
  '/etc/nginx/sites-enabled/a',
]
const word = fc
  .array(fc.oneof(fc.constantFrom(...marks), fc.constantFrom(...sound), fc.string({ unit: 'binary' })), { maxLength: 4 })
  .map((parts) => parts.join(''))
const value = fc.oneof(
  fc.anything(),
  word,
  fc.constantFrom(...sound),
  fc.integer(),
  fc.array(fc.oneof(word, fc.constantFrom(...sound)), { maxLength: 3 }),
)

/** What does not depend on a value: for nginx directives and blocks, for the rest the first word of each line. */
function shapeOf({ kind, path, content }: RenderedFile): readonly string[] {
  if (kind === 'nginx' && path.endsWith('.conf')) {
    const names: string[] = []
    let first = true
    for (const token of tokens(content)) {
      if (token.kind === 'word' && first) names.push(token.text)
      else if (token.kind !== 'word') names.push(token.kind)
      first = token.kind !== 'word'
    }
    return names
  }
  if (kind === 'htpasswd' || path.endsWith('.htpasswd'))
    return content
      .split('\n')
      .map((line) => (/^[A-Za-z0-9._-]+:\$2[aby]\$\d\d\$[A-Za-z0-9./]{53}$/.test(line) || line === '' ? 'login' : line))
  // ufw reads these lines, too, and they hold the values of the rule.
  if (kind === 'ufw') return content.split('\n').map((line) => /^(?:### tuple ### \S*|\S*)/.exec(line)?.[0] ?? '')
  if (kind === 'caddy')
    return content
      .split('\n')
      .map((line) =>
        /^\s*https:\/\/[a-z0-9.-]+ \{$/.test(line)
          ? 'site'
          : /^\s*[A-Za-z0-9._-]+ \$2[aby]\$\d\d\$[A-Za-z0-9./]{53}$/.test(line)
            ? 'login'
            : (/^\s*\S*/.exec(line)?.[0] ?? ''),
      )
  // A line that ends with a backslash goes on (systemd.syntax(7)).
  return content
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => /^\s*(?:#.*|[^\s=]*)/.exec(line)?.[0] ?? '')
}

/** Lines that stand once for each value of a list count once. */
const once = (shape: readonly string[]): string => [...new Set(shape)].join('\n')

const filled = shippedTemplates().filter(({ manifest }) => Object.keys(manifest.parameters).length > 0)

describe.each(filled.map(({ manifest }) => [manifest.id, manifest] as const))('%s', (_, manifest) => {
  const values = sampleValues(manifest)
  const standing = render(manifest, values, sampleGenerated).files
  test.each(Object.keys(manifest.parameters))('nothing given as %s leaves its directive', (name) => {
    fc.assert(
      fc.property(value, (given) => {
        try {
          const { files } = render(manifest, { ...values, [name]: given }, sampleGenerated)
          for (const file of files) {
            const same = standing.find(({ path }) => path === file.path)
            if (file.state !== 'absent' && same) {
              const known = new Set(shapeOf(same))
              expect(shapeOf(file).filter((one) => !known.has(one))).toEqual([])
              expect(once(shapeOf(file)).length).toBeLessThanOrEqual(once(shapeOf(same)).length)
            }
            expect(file.path).toMatch(kinds[file.kind].path)
          }
        } catch (error) {
          expect(error).toMatchObject({ failure: { code: 'push.not-possible' } })
        }
      }),
      { numRuns: 300 },
    )
  })
})

test.each(fileKinds)('a value in a file of %s holds no blank, quote, escape or end of line', (kind) => {
  for (const mark of ['\n', '\r', '\0', ' ', '\t', '"', "'", '\\', '`', ';', '{', '}', '#', '%', '*', '!', '(', ')', '<', '>', '|', '&'])
    expect([mark, kinds[kind].word.test(`a${mark}b`)]).toEqual([mark, false])
})
