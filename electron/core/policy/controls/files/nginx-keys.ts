import type { NginxDirective } from '../../../facts/nginx/nginx.ts'
import { REDACTED } from '../../../facts/secrets.ts'
import type { Verdict } from '../../control.ts'
import { printMode } from '../../path-writers.ts'
import { findGuarded } from './guarded.ts'
import { entryOf, type FileFacts, isHidden, readerOf, workerOf } from './judge-files.ts'

const CITED = 4
const EXPECTED = '0640 root:root'

/**
 * Keys that stand in the configuration of the host's nginx itself: what it asks of clients (`map`, `if`), what it sends on in their place (`proxy_set_header`), logins in
 * addresses. Its master reads them as root, so nobody else has to. Packages make these files 0644.
 */
export const nginxKeys = (facts: FileFacts): readonly Verdict[] =>
  [...keysByFile(facts.nginx.directives)].map(([path, holders]) => judge(path, holders, facts))

/** Keys are masked before anything is read: what stands for one tells where it is. */
const MARK = REDACTED.slice(0, -1)
const holdsKey = ({ name, parameters }: NginxDirective): boolean => name.includes(MARK) || parameters.some((text) => text.includes(MARK))

function keysByFile(directives: readonly NginxDirective[]): ReadonlyMap<string, readonly NginxDirective[]> {
  const found = new Map<string, NginxDirective[]>()
  const walk = (level: readonly NginxDirective[]): void => {
    for (const directive of level) {
      if (holdsKey(directive)) found.set(directive.file, [...(found.get(directive.file) ?? []), directive])
      walk(directive.block ?? [])
    }
  }
  walk(directives)
  return found
}

function judge(path: string, holders: readonly NginxDirective[], { nginx, accounts, os, 'guarded-files': guarded }: FileFacts): Verdict {
  const named = holders.slice(0, CITED).map(({ line }) => ({ section: 'nginx', line, note: 'A key stands here.' }))
  const { file, way, path: real } = findGuarded(path, guarded, os.known ? os.value.folders : [])
  // None of these is turned by a file of passwords.
  const base = { subject: path, template: null }
  if (file?.type !== 'file') {
    const reason = `A key stands in ${path}, which lies outside of the folders that Gatehouse looks into (${guarded.folders.slice(0, 5).join(', ')} …).`
    return { ...base, status: 'not-evaluated', title: 'Who reads a key of nginx is not known', reason, cite: named }
  }
  const mode = printMode(entryOf(file))
  const hidden = isHidden(real, way)
  const who = readerOf(file, hidden, ['root', workerOf(nginx)], accounts.known ? accounts.value : undefined)
  const seen = { section: 'privileged', line: file.line, token: real }
  if (who === undefined)
    return {
      ...base,
      status: 'pass',
      title: 'Keys of nginx are closed to others',
      reason: `${real}, in which a key stands, is ${mode}${hidden ? ' behind a closed directory' : ''}.`,
      cite: [seen, ...named],
    }
  return {
    ...base,
    status: 'fail',
    title: 'Others can read a key of nginx',
    reason: `${real}, in which a key stands, is ${mode}, so ${who} can read it. Expected ${EXPECTED}.`,
    hint: 'Move the keys into a file of their own that is included, close it (chmod 640, chown root:root), and change each key that others could read.',
    cite: [{ ...seen, note: `${mode}. Expected ${EXPECTED}.` }, ...named],
  }
}
