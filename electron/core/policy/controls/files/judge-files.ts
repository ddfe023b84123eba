import type { Accounts } from '../../../facts/accounts/accounts.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { pathsNamed } from '../../../facts/nginx/named-directives.ts'
import type { Nginx } from '../../../facts/nginx/nginx.ts'
import type { Os } from '../../../facts/os/os.ts'
import type { PathEntry } from '../../../facts/path-entry.ts'
import type { GuardedFile, GuardedFiles } from '../../../facts/privileged/privileged.ts'
import type { Verdict } from '../../control.ts'
import { onlyTrusted, openEntries, printMode } from '../../path-writers.ts'
import { copiesOf } from './copies.ts'
import { findGuarded } from './guarded.ts'

export interface FileFacts extends ListedFacts {
  readonly nginx: Nginx
}

export interface ListedFacts {
  readonly 'guarded-files': GuardedFiles
  readonly accounts: FactResult<Accounts>
  readonly os: FactResult<Os>
}

export interface FileKind {
  readonly directive: string
  /** `private key`, for people. */
  readonly what: string
  readonly passTitle: string
  readonly readTitle: string
  readonly writeTitle: string
  readonly expected: string
}

/** Account of nginx' workers, which may read what the master hands them. */
export const workerOf = ({ directives }: Nginx): string => directives.find(({ name }) => name === 'user')?.parameters[0] ?? 'www-data'

/** Judges every file that nginx names with a directive: who besides root (and the proxy) reads it, and who changes it. */
export function judgeNamedFiles(facts: FileFacts, kind: FileKind): readonly Verdict[] {
  const paths = pathsNamed(facts.nginx, kind.directive)
  const naming = { program: 'nginx', readers: ['root', workerOf(facts.nginx)], owners: ['root'] } as const
  if (paths.size > 0)
    return [...paths].slice(0, 50).flatMap(([path, { line }]) => {
      const judge = (file: string) => judgeFile(file, { ...naming, named: { section: 'nginx', line, token: path } }, facts, kind)
      return [
        judge(path),
        ...copiesOf(path, facts['guarded-files'], MAY_BE_OPEN)
          .map((file) => judge(file.path))
          .filter(({ status }) => status === 'fail'),
      ]
    })
  const reason = facts.nginx.installed ? `nginx names no ${kind.what}.` : 'nginx is not installed.'
  return [{ status: 'not-applicable', subject: '', title: `nginx uses no ${kind.what}`, reason, cite: [] }]
}

/** Certificates and public keys. */
const MAY_BE_OPEN = /^.(?:crt|cer|csr|pub|der|p7b|chain|fullchain)\b/

/** Who named the file, for whom it may be readable, and who may own it. */
interface Naming {
  readonly program: 'nginx' | 'Caddy'
  readonly named: Citation
  readonly readers: readonly string[]
  readonly owners: readonly string[]
}

/** Who besides the owners changes this file, and who besides the readers reads it. */
export function judgeFile(path: string, { program, named, readers, owners }: Naming, facts: ListedFacts, kind: FileKind): Verdict {
  const base = { subject: path }
  const accounts = facts.accounts.known ? facts.accounts.value : undefined
  const guarded = facts['guarded-files']
  const { file, way, path: real } = findGuarded(path, guarded, facts.os.known ? facts.os.value.folders : [])
  if (path.includes('$') || !file || file.type !== 'file') {
    const listed = guarded.folders.some((folder) => real.startsWith(`${folder}/`))
    const reason = listed
      ? `${program} names ${path}, but there is no such file.`
      : `${real} lies outside of the folders that Gatehouse looks into (${guarded.folders.slice(0, 5).join(', ')} …).`
    return { ...base, status: 'not-evaluated', title: `The mode of a ${kind.what} was not read`.slice(0, 47), reason, cite: [named] }
  }
  const cite = [
    { section: 'privileged', line: file.line, token: real, note: `${printMode(entryOf(file))}. Expected ${kind.expected}.` },
    named,
  ]
  const open = openEntries(real, way, owners, accounts)
  if (open.length > 0)
    return {
      ...base,
      status: 'fail',
      title: kind.writeTitle,
      reason: `${real}: ${open
        .map(({ who }) => who)
        .slice(0, 3)
        .join('; ')}. Expected ${owners.join(' or ')} alone.`,
      cite,
    }
  const hidden = isHidden(real, way)
  const who = readerOf(file, hidden, readers, accounts)
  if (who !== undefined)
    return {
      ...base,
      status: 'fail',
      title: kind.readTitle,
      reason: `${real} is ${printMode(entryOf(file))}, so ${who} can read it. Expected ${kind.expected}.`,
      cite,
    }
  const reason = `${real} is ${printMode(entryOf(file))}${hidden ? ' behind a closed directory' : ''}.`
  return { ...base, status: 'pass', title: kind.passTitle, reason, cite: [{ section: 'privileged', line: file.line, token: real }, named] }
}

/** Does a folder above it keep others out? */
export const isHidden = (path: string, way: readonly PathEntry[]): boolean =>
  way.some((entry) => entry.type === 'directory' && entry.path !== path && (entry.mode & 0o001) === 0)

/** Who besides the readers reads the file, by its mode: one for all. */
export function readerOf(
  file: GuardedFile,
  hidden: boolean,
  readers: readonly string[],
  accounts: Accounts | undefined,
): string | undefined {
  if (hidden) return undefined
  if ((file.mode & 0o004) !== 0) return 'every account'
  const groupReads = (file.mode & 0o040) !== 0 && !onlyTrusted(file.group, readers, accounts) && file.group !== 'ssl-cert'
  return groupReads ? `group ${file.group}` : undefined
}

export const entryOf = (file: GuardedFile) => ({ ...file, type: 'file' as const })
