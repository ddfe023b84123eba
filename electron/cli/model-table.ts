import { bytesText } from '#shared/bytes-text.ts'
import { fileStateWords } from '#shared/model/file-state.ts'
import type { ModelArtifact, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { HostInventory } from '#shared/model/model-inventory.ts'
import { otherVerdictWords } from '#shared/model/other-scan-words.ts'
import { visible } from '#shared/words.ts'

const scanWords: Readonly<Record<ModelArtifact['scan'], string>> = {
  dangerous: 'DANGEROUS',
  'not-cleared': 'Not cleared',
  suspicious: 'Suspicious',
  cleared: 'Cleared',
  'not-scanned': 'Not scanned',
}

/** The models of a fleet as a table, what each host could not show, and what lies there that should not. */
export function modelTable(
  artifacts: readonly ModelArtifact[],
  hosts: readonly HostInventory[],
  filesOf?: (host: string, model: string) => readonly VerifiedFile[],
): string {
  const lines: string[] = []
  const width = artifacts.reduce((widest, { name }) => Math.max(widest, Math.min(visible(name).length, 60)), 5)
  if (artifacts.length > 0)
    lines.push(
      `${'MODEL'.padEnd(width)}  ${'SIZE'.padStart(7)}  FILES  ${'STATE'.padEnd(17)}  ${'SCAN'.padEnd(11)}  ${'FORMAT'.padEnd(11)}  HOSTS`,
    )
  for (const { name, places, bytes, files, state, weak, formats, scan } of artifacts) {
    const where = [...new Set(places.map(({ host, loaded }) => (loaded === 'yes' ? `${host} (loaded)` : host)))].join(', ')
    const word = state === 'verified' && weak ? 'Verified (weak)' : fileStateWords[state]
    lines.push(
      `${visible(name).slice(0, 60).padEnd(width)}  ${bytesText(bytes).padStart(7)}  ${String(files).padStart(5)}  ${word.padEnd(17)}  ${scanWords[scan].padEnd(11)}  ${(formats[0] ?? '').padEnd(11)}  ${where}`,
    )
    for (const { host, id, path, owner, group, mode, servers, source, problems } of places) {
      const by = servers.map((server) => server.id).join(', ')
      lines.push(
        `    ${host}:${visible(path)}  ${owner}:${group} ${mode.toString(8).padStart(4, '0')}${by ? `  ${visible(by)}` : ''}${source ? `  from ${visible(source)}` : ''}`,
      )
      for (const problem of problems) lines.push(`      ! ${visible(problem)}`)
      for (const file of filesOf?.(host, id) ?? []) {
        for (const finding of file.scan?.findings ?? [])
          lines.push(`      ${finding.severity.padEnd(17)}  ${visible(`${file.name}  ${finding.title}: ${finding.detail}`)}`)
        for (const gap of file.scan?.gaps ?? []) lines.push(`      ${'not judged'.padEnd(17)}  ${visible(`${file.name}  ${gap.reason}`)}`)
        for (const { scanner, verdict, detail } of file.scan?.others ?? [])
          lines.push(
            `      ${scanner.padEnd(17)}  ${visible(`${file.name}  ${otherVerdictWords[verdict]}${detail === '' ? '' : `: ${detail}`}`)}`,
          )
        if (file.state === 'verified' || (file.role === 'document' && file.state === 'no-expected-value')) continue
        lines.push(`      ${fileStateWords[file.state].padEnd(17)}  ${visible(file.name)}  ${visible(file.reason)}`)
      }
    }
  }
  if (artifacts.length === 0) lines.push('No model was found.')
  for (const { host, roots, oddities, oddityCount, orphans, failure } of hosts) {
    if (failure) lines.push(`${host}: the listing did not come to its end: ${visible(failure.detail)}`)
    for (const { path, state, reason } of roots)
      if (state === 'partial' || state === 'unseen') lines.push(`${host}:${visible(path)}: ${visible(reason)}`)
    for (const { path, reason } of oddities) lines.push(`${host}:${visible(path)}: ${visible(reason)}`)
    if (oddityCount > oddities.length) lines.push(`${host}: ${oddityCount - oddities.length} more of these`)
    for (const { path, size } of orphans) lines.push(`${host}:${visible(path)}: ${bytesText(size)} that no model names`)
  }
  return `${lines.join('\n')}\n`
}
