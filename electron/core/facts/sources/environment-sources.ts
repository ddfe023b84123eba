import type { Block } from '../packages/blocks.ts'
import { isNoSecretByName, namesSecret } from '../secret-names.ts'

/** Settings of package tools as variables (pip, user guide, environment variables; uv, environment variables; npm, config; conda, configuration). */
const variables =
  /(?<![A-Za-z0-9_])(PIP|UV|NPM_CONFIG|CONDA)_((?:DEFAULT_|EXTRA_)?INDEX(?:_URL)?|FIND_LINKS|(?:TRUSTED|INSECURE)_HOST|REGISTRY|STRICT_SSL|(?:DEFAULT_)?CHANNELS|CHANNEL_ALIAS|SSL_VERIFY)=("[^"]*"|'[^']*'|[^\s;"']*)/gi

/** What logins, jobs and daemons set, as rows of the tool's own file. */
export const asSettings = ({ arguments: file, lines }: Block): readonly Block[] =>
  lines.flatMap(({ text, line }) =>
    [...text.replace(/\s#.*$/, '').matchAll(variables)].map(([, tool = '', name = '', quoted = '']) => {
      const value = quoted.replace(/^(["'])(.*)\1$/, '$2')
      const tag = tool.toLowerCase().replace('_config', '')
      return { tag, arguments: file, line, lines: [{ text: row(tag, name.toLowerCase(), value), line }] }
    }),
  )

function row(tag: string, name: string, value: string): string {
  if (tag === 'conda') return name.endsWith('channels') ? `${name}: [${value}]` : `${name}: ${value}`
  const key = name.replaceAll('_', '-')
  if (tag === 'npm') return `${key}=${value}`
  // An index of uv may have a name.
  if (tag === 'uv')
    return `${key.replace('insecure', 'allow-insecure').replace('default-index', 'index-url')} = ${value.replace(/(^|\s)[\w-]+=(?=[a-z]+:\/\/)/g, '$1')}`
  return `${key} = ${value}`
}

/** Keys that a file sets for all logins and jobs (pam_env(8), profile.d), as hosts send them. What is set for a daemon is none of these. */
export const keysOf = ({ arguments: file, lines }: Block): readonly { name: string; file: string; line: number }[] =>
  file.startsWith('/etc/systemd/')
    ? []
    : lines.flatMap(({ text, line }) => {
        const name = /^\s*(?:export\s+)?(\w+)=(?:\*{4}|‹)/.exec(text)?.[1]
        return name !== undefined && namesSecret(name) && !isNoSecretByName(name) ? [{ name, file, line }] : []
      })
