import type { Block, BlockRow } from '../blocks.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { Printed } from '../privileged/read-block.ts'

/** Who gets into a group by `/etc/gshadow` (gshadow(5)): members by newgrp(1), administrators by gpasswd(1), whatever `/etc/group` says. */
export interface ShadowGroup {
  readonly name: string
  readonly administrators: readonly string[]
  readonly members: readonly string[]
  /** Line of section `access`. */
  readonly line: number
}

/** Behind the rows of `/etc/shadow`, which have a column less, stand those groups that have either. */
const ROW = /^([^:\s][^:]*):([^:]*):([^:]*):$/
const WHAT = 'Groups in /etc/gshadow'

/** `there`: a block that says by its word whether the file is there, which everybody may ask. */
export function readShadowGroups(
  printed: FactResult<Printed>,
  there: Block | undefined,
  section: string,
): FactResult<readonly ShadowGroup[]> {
  if (there?.words === 'no') return known([])
  if (!printed.known) return { ...printed, reason: printed.reason.replace(/^[^:]*/, WHAT) }
  if (there === undefined) return unknown(`${WHAT}: the host was not asked`, [section])
  if (printed.value.exitCode !== 0) return unknown(`${WHAT}: the file could not be read`, [section])
  const groups = parseShadowGroups(printed.value.rows)
  const cut = printed.value.rows.some(({ text }) => text.length >= 4000 && !ROW.test(text))
  return cut ? unknown(`${WHAT}: a group has more members than were read`, [section]) : known(groups)
}

/** Rows that are none, as one that was cut, are left out: `readShadowGroups` says when that matters. */
export const parseShadowGroups = (rows: readonly BlockRow[]): readonly ShadowGroup[] =>
  rows.flatMap(({ text, line }): ShadowGroup[] => {
    const [, name, administrators = '', members = ''] = ROW.exec(text) ?? []
    const names = (list: string) => list.split(',').filter(Boolean)
    return name === undefined ? [] : [{ name, administrators: names(administrators), members: names(members), line }]
  })
