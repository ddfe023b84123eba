import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { TierTable } from './tier-table.tsx'

const drawn = (tiers: null | undefined) => renderToStaticMarkup(<TierTable tiers={tiers} keys={[]} secondFactor={[]} stale={[]} />)

test('that no tiers are named is said once it is known', () => {
  expect(drawn(undefined)).not.toContain('names no tiers')
  expect(drawn(null)).toContain('names no tiers')
})
