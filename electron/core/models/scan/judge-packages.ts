import { Unreadable } from '../readers/unreadable.ts'
import type { Scan, ScanItem } from './scan.ts'

/** No line is longer. */
const MAX_LINE_CHARS = 4_096

/** Of pip, and of conda with the packages of pip in it; of MLflow, too. */
export const isPackageList = (name: string): boolean =>
  /^(?:requirements|constraints)[\w.-]*\.txt$|^(?:conda|python_env|environment)[\w.-]*\.ya?ml$/i.test(name)

/** What a project states of its packages (pyproject.toml, setup.cfg, Pipfile), and what its tools have written down of them. */
export const isProject = (name: string): boolean =>
  /^(?:pyproject|pylock[\w.-]*|uv|pixi|pdm|poetry)\.toml$|^setup\.cfg$|^Pipfile(?:\.lock)?$|^(?:uv|poetry|pdm|pixi)\.lock$/i.test(name)

/** Where Python's packages come from without a word of the list, and from their makers. */
const official =
  /^(?:-i|--[\w-]+=|[\w.-]+@)?https:\/\/(?:pypi\.org|files\.pythonhosted\.org|download(?:-r2)?\.pytorch\.org|pypi\.nvidia\.com|conda\.anaconda\.org|repo\.anaconda\.com)(?:\/|$)/
/** Another source by its option, a folder, a file of its own, a repository. */
const ownSource =
  /^(?:-e|-f|--(?:edit|find|trust)|\.{0,2}\/|~|[a-z]:\\)|^(?:-i|--(?:extra-)?index[\w-]*(?![\w-]))[\s=]*(?![\s=]|https:)|(?:^|\s)(?:git|hg|svn|bzr)\+|\s@\s*(?:file:|[./~])|\.(?:whl|tar\.\w+|tgz|zip)(?:[\s;[]|$)/i
/** Lists beside this one are looked at by their names. */
const otherList = /^(?:-[rc]|--(?:requirement|constraint))[\s=]*(?![\s=]|["']?(?:requirements|constraints)[\w.-]*\.txt\b)/

/**
 * What pip installs before a model is loaded, where a server does that (SageMaker, TorchServe, MLflow): from PyPI it is a matter of the names, from
 * anywhere else of whoever wrote the list.
 */
export function judgePackages(scan: Scan, item: ScanItem, text: string): void {
  for (const written of linesOf(text)) {
    if (written.length > MAX_LINE_CHARS) throw new Unreadable('a line of a list of packages is too long')
    const line = written
      .replace(/(?:^|\s)#.*$/, '')
      .replace(/^\s*-\s+["']?/, '')
      .trim()
    const elsewhere = line.split(/[\s"',\]]+/).some((word) => word.includes('://') && !official.test(word))
    if (elsewhere || ownSource.test(line) || otherList.test(line)) scan.find('config.foreign-packages', item, null, line)
  }
}

/** Lines as pip reads them: they end where Python's `splitlines` ends one, and what goes on behind a backslash is no comment (pip/_internal/req/req_file.py). */
function* linesOf(text: string): Generator<string> {
  let begun = ''
  for (const line of text.split(/\r\n?|(?!\t)[\p{Cc}\u2028\u2029]/u)) {
    const isComment = /^\s*#/.test(line)
    if (line.endsWith('\\') && !isComment) begun += line.slice(0, -1)
    else {
      yield begun + (isComment ? ` ${line}` : line)
      begun = ''
    }
  }
  yield begun
}

/** Tools write long ones. */
const MAX_PROJECT_LINE_CHARS = 65_536
/** Tables of addresses for people, whose names anybody chooses. */
const forPeople = /^\[(?:project|tool\.poetry)\.urls\]/
const sourceKey =
  /(?:^|[\s{,"'])(?:url|git|hg|svn|bzr|registry|channels?|indexe?s?|(?:extra-|default-)?index-url|find-links)["']?\s*[=:]\s*[["'{]/i
const reference = /\s@\s*[a-z][a-z0-9+.-]*:\/\/|(?:^|[\s"'@])(?:git|hg|svn|bzr)\+[a-z]|\bgit["']?\s*[=:]\s*["']/i
const alone = /^["']?[a-z][a-z0-9+.-]*:\/\/[^\s"']+["']?,?$/i

/** The same of a project: an address counts where it says whence a package comes, and not where it tells people of a page. */
export function judgeProject(scan: Scan, item: ScanItem, text: string): void {
  let table = ''
  for (const written of text.split('\n')) {
    if (written.length > MAX_PROJECT_LINE_CHARS) throw new Unreadable('a line of a list of packages is too long')
    const line = written.replace(/(?:^|\s)#.*$/, '').trim()
    if (line.startsWith('[')) table = line
    if (forPeople.test(table) || !(sourceKey.test(line) || reference.test(line) || alone.test(line))) continue
    const elsewhere = line.split(/[\s"',{}[\]]+/).some((word) => word.includes('://') && !official.test(word))
    if (elsewhere || /\bgit["']?\s*[=:]\s*["']|\s@\s*file:/.test(line))
      scan.find('config.foreign-packages', item, null, line.slice(0, MAX_LINE_CHARS))
  }
}
