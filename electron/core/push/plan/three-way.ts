import { diffComm, diffIndices } from 'node-diff3'

/**
 * Lines of three texts as one: each with the marks of `shared/model/push-conflict.ts` before it. Lines that both others put at one place, and that are the
 * same, stand there once. Pure.
 */
export function threeWay(planned: readonly string[], now: readonly string[], wanted: readonly string[]): string[] {
  const [found, template] = [now, wanted].map((other) => changesOf(planned, other)) as [Changes, Changes]
  const lines: string[] = []
  for (let at = 0; at <= planned.length; at++) {
    const [added, wants] = [found, template].map(({ comes }) => comes.get(at) ?? []) as [readonly string[], readonly string[]]
    for (const { common, buffer1 = [], buffer2 = [] } of diffComm([...added], [...wants]))
      lines.push(
        ...(common ?? []).map((line) => ` NT ${line}`),
        ...buffer1.map((line) => ` N  ${line}`),
        ...buffer2.map((line) => `  T ${line}`),
      )
    const line = planned[at]
    if (line !== undefined) lines.push(`P${found.goes.has(at) ? ' ' : 'N'}${template.goes.has(at) ? ' ' : 'T'} ${line}`)
  }
  return lines
}

interface Changes {
  /** Numbers of lines that are not there any more. */
  readonly goes: ReadonlySet<number>
  /** Lines that stand before the one with this number. */
  readonly comes: ReadonlyMap<number, readonly string[]>
}

function changesOf(from: readonly string[], to: readonly string[]): Changes {
  const goes = new Set<number>()
  const comes = new Map<number, readonly string[]>()
  for (const { buffer1, buffer2Content } of diffIndices([...from], [...to])) {
    const [start, length] = buffer1
    for (let at = start; at < start + length; at++) goes.add(at)
    if (buffer2Content.length > 0) comes.set(start + length, buffer2Content)
  }
  return { goes, comes }
}
