import type { System } from './system.ts'

/** Undoes the shell quoting that os-release(5) allows: single or double quotes, and backslashes before `"` `$` `` ` `` and `\`. */
function unquote(value: string): string {
  const double = /^"((?:[^"\\]|\\.)*)"$/.exec(value)
  if (double) return (double[1] ?? '').replace(/\\(["$`\\])/g, '$1')
  const single = /^'([^']*)'$/.exec(value)
  return single ? (single[1] ?? '') : value
}

/** Variables of os-release(5); lines that are not assignments are skipped. The last assignment counts, as in a shell. */
export function parseOsRelease(lines: readonly string[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const line of lines) {
    const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim())
    if (match) variables.set(match[1] as string, unquote(match[2] as string))
  }
  return variables
}

/** Reads what `collect.ts` prints. A string says what is wrong with it. */
export function parseSystem(stdout: string): System | string {
  const [epoch = '', hostname = '', kernel = '', uid = '', account = '', init = '', ...release] = stdout.split('\n')
  if (!/^\d{1,12}$/.test(epoch)) return 'the clock could not be read'
  if (hostname === '' || kernel === '') return 'uname gave no answer'
  if (!/^\d{1,10}$/.test(uid)) return 'the account could not be read'
  if (init !== 'systemd' && init !== 'other') return 'the init system could not be read'
  const variables = parseOsRelease(release)
  const name = variables.get('NAME') ?? 'Linux'
  const osVersion = variables.get('VERSION_ID') ?? ''
  return {
    os: variables.get('PRETTY_NAME') ?? `${name} ${osVersion}`.trim(),
    osId: variables.get('ID') ?? 'linux',
    osVersion,
    kernel,
    hostname,
    epochSeconds: Number(epoch),
    account: account === '' ? uid : account,
    uid: Number(uid),
    hasSystemd: init === 'systemd',
  }
}
