import { networksToSet, parseInterval, subtract } from '../../../facts/firewall/address-set.ts'
import type { Unit } from '../../../facts/units/units.ts'

/**
 * What a unit itself puts before the network (systemd.resource-control(5), IPAddressDeny=: what is denied passes only when IPAddressAllow= holds it).
 * Undefined when more than the named networks may be reached. Of the unit alone: its slice may narrow it more.
 */
export function unitNetwork(
  { properties }: Unit,
  named: readonly string[],
): { readonly property: string; readonly words: string } | undefined {
  const listed = (name: string) => (properties[name] ?? '').split(/\s+/).filter((word) => word !== '')
  const [allowed, denied] = [listed('IPAddressAllow'), new Set(listed('IPAddressDeny'))]
  if (!denied.has('0.0.0.0/0') || !denied.has('::/0')) return undefined
  const isNamed =
    allowed.every((network) => parseInterval(network) !== undefined) &&
    ([4, 6] as const).every((family) => subtract(networksToSet(allowed, family), networksToSet(named, family)).length === 0)
  return isNamed
    ? { property: 'IPAddressDeny', words: `IPAddressDeny=any${allowed.length > 0 ? ` and allows ${allowed.slice(0, 5).join(', ')}` : ''}` }
    : undefined
}
