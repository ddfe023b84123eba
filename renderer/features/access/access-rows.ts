import type { AccessLine, AccessOverview, AccessRow, TierName } from '#shared/model/access.ts'

/** One account over all hosts. */
export interface AccountRow {
  readonly name: string
  /** A name of the proxy is not the account that is called the same. */
  readonly kind: AccessLine['kind']
  /** The highest tier that any host gives it. */
  readonly tier: TierName | null
  /** By host; absent where the host does not have it. */
  readonly cells: ReadonlyMap<string, AccessLine>
  readonly mismatches: number
  readonly lastLogin: string | null
  /** On some host, or nobody knows. */
  readonly getsIn: boolean
}

const loud: ReadonlySet<AccessRow['state']> = new Set(['above', 'still-active', 'no-tier', 'missing', 'below'])
const rank: readonly AccessRow['state'][] = ['above', 'still-active', 'no-tier', 'missing', 'below', 'unknown', 'match', 'own']

/** Does what an account can do differ from what the tiers of the fleet file give it? */
export const isMismatch = ({ state }: Pick<AccessLine, 'state'>): boolean => loud.has(state)

/** Accounts by name, those that do not fit first. Accounts of services and of the system that belong nowhere come last. */
export function accountRows({ hosts }: Pick<AccessOverview, 'hosts'>): readonly AccountRow[] {
  const byWho = new Map<string, Map<string, AccessLine>>()
  for (const { host, rows } of hosts)
    for (const row of rows) {
      const cells = byWho.get(whoOf(row)) ?? new Map<string, AccessLine>()
      byWho.set(whoOf(row), cells.set(host, row))
    }
  const all = [...byWho.values()].flatMap((cells): readonly AccountRow[] => {
    const rows = [...cells.values()]
    const [first] = rows
    if (first === undefined) return []
    const one: AccountRow = {
      ...{ name: first.account, kind: first.kind, cells },
      tier: rows.find(({ tier }) => tier !== null)?.tier ?? null,
      mismatches: rows.filter(isMismatch).length,
      getsIn: rows.some(({ login }) => login !== 'no'),
      lastLogin:
        rows
          .flatMap(({ lastLogin }) => lastLogin ?? [])
          .sort()
          .at(-1) ?? null,
    }
    return [one]
  })
  const loudest = new Map(all.map((row) => [row, Math.min(...[...row.cells.values()].map(({ state }) => rank.indexOf(state)))]))
  const rankOf = (row: AccountRow) => loudest.get(row) ?? 0
  return all.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || b.mismatches - a.mismatches || alphabet.compare(a.name, b.name) || alphabet.compare(a.kind, b.kind),
  )
}

/** One for all: thousands of names are sorted. */
const alphabet = new Intl.Collator()

/** By a part of the name, in any case. */
export const filterAccounts = (rows: readonly AccountRow[], text: string, mismatchesOnly: boolean): readonly AccountRow[] =>
  rows.filter(({ name, mismatches }) => (!mismatchesOnly || mismatches > 0) && name.toLowerCase().includes(text.trim().toLowerCase()))

/** A name and what it stands for, as one. */
export const whoOf = ({ account, kind }: Pick<AccessLine, 'account' | 'kind'>): string => `${kind} ${account}`

export interface Place {
  readonly account: string
  readonly kind: AccessLine['kind']
  readonly host: string
}

/** The next cell that does not fit, in reading order, from the one that is chosen; around the end again. */
export function nextMismatch(rows: readonly AccountRow[], hosts: readonly string[], from: Place | undefined): Place | undefined {
  const places = rows.flatMap((row) => hosts.map((host) => ({ account: row.name, kind: row.kind, host, cell: row.cells.get(host) })))
  const at = places.findIndex(({ account, kind, host }) => account === from?.account && kind === from.kind && host === from.host)
  const ahead = [...places.slice(at + 1), ...places.slice(0, at + 1)]
  const found = ahead.find(({ cell }) => cell !== undefined && isMismatch(cell))
  return found && { account: found.account, kind: found.kind, host: found.host }
}
