import { bytesText } from '#shared/bytes-text.ts'
import { fileStateWords } from '#shared/model/file-state.ts'
import type { ModelArtifact, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { HostInventory } from '#shared/model/model-inventory.ts'
import { otherVerdictWords } from '#shared/model/other-scan-words.ts'
import { octal, visible } from '#shared/words.ts'

const scanWords: Readonly<Record<ModelArtifact['scan'], string>> = {
  dangerous: 'DANGEROUS',
  'not-cleared': 'Not cleared',
  suspicious: 'Suspicious',
  cleared: 'Cleared',
  'not-scanned': 'Not scanned',
}

/** The models of a fleet as a table, what each host could not show, and what lies there that should not: line by line, since there may be many. */
export function* modelLines(
  artifacts: readonly ModelArtifact[],
  hosts: readonly HostInventory[],
  filesOf?: (host: string, model: string) => readonly VerifiedFile[],
): Generator<string> {
  const width = artifacts.reduce((widest, { name }) => Math.max(widest, Math.min(visible(name).length, 60)), 5)
  if (artifacts.length > 0)
    yield `${'MODEL'.padEnd(width)}  ${'SIZE'.padStart(7)}  FILES  ${'STATE'.padEnd(17)}  ${'SCAN'.padEnd(11)}  ${'FORMAT'.padEnd(11)}  HOSTS`
  for (const { name, places, bytes, files, state, weak, formats, scan } of artifacts) {
    const where = [...new Set(places.map(({ host, loaded }) => (loaded === 'yes' ? `${host} (loaded)` : host)))].join(', ')
    const word = state === 'verified' && weak ? 'Verified (weak)' : fileStateWords[state]
    yield `${visible(name).slice(0, 60).padEnd(width)}  ${bytesText(bytes).padStart(7)}  ${String(files).padStart(5)}  ${word.padEnd(17)}  ${scanWords[scan].padEnd(11)}  ${(formats[0] ?? '').padEnd(11)}  ${where}`
    for (const { host, id, path, owner, group, mode, servers, source, problems } of places) {
      const by = servers.map((server) => server.id).join(', ')
      yield `    ${host}:${visible(path)}  ${owner}:${group} ${octal(mode)}${by ? `  ${visible(by)}` : ''}${source ? `  from ${visible(source)}` : ''}`
      for (const problem of problems) yield `      ! ${visible(problem)}`
      for (const file of filesOf?.(host, id) ?? []) {
        for (const finding of file.scan?.findings ?? [])
          yield `      ${finding.severity.padEnd(17)}  ${visible(`${file.name}  ${finding.title}: ${finding.detail}`)}`
        for (const gap of file.scan?.gaps ?? []) yield `      ${'not judged'.padEnd(17)}  ${visible(`${file.name}  ${gap.reason}`)}`
        for (const { scanner, verdict, detail } of file.scan?.others ?? [])
          yield `      ${scanner.padEnd(17)}  ${visible(`${file.name}  ${otherVerdictWords[verdict]}${detail === '' ? '' : `: ${detail}`}`)}`
        if (file.state === 'verified' || (file.role === 'document' && file.state === 'no-expected-value')) continue
        yield `      ${fileStateWords[file.state].padEnd(17)}  ${visible(file.name)}  ${visible(file.reason)}`
      }
    }
  }
  if (artifacts.length === 0) yield 'No model was found.'
  for (const { host, roots, oddities, oddityCount, orphans, failure } of hosts) {
    if (failure) yield `${host}: the listing did not come to its end: ${visible(failure.detail)}`
    for (const { path, state, reason } of roots)
      if (state === 'partial' || state === 'unseen') yield `${host}:${visible(path)}: ${visible(reason)}`
    for (const { path, reason } of oddities) yield `${host}:${visible(path)}: ${visible(reason)}`
    if (oddityCount > oddities.length) yield `${host}: ${oddityCount - oddities.length} more of these`
    for (const { path, size } of orphans) yield `${host}:${visible(path)}: ${bytesText(size)} that no model names`
  }
}
