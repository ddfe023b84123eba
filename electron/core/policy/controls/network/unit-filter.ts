import type { InferenceService } from '#shared/model/inference-service.ts'
import { type AddressSet, networksToSet, subtract } from '../../../facts/firewall/address-set.ts'
import type { Piece } from '../../../facts/firewall/verdicts.ts'
import type { Unit } from '../../../facts/units/units.ts'

/** The unit whose own filter holds for a server: what runs in a container has a control group of its own. */
export const unitOfServer = (services: readonly InferenceService[], id: string, units: readonly Unit[]): Unit | undefined => {
  const server = services.find((service) => service.id === id)
  return server?.how === 'systemd' ? units.find((unit) => unit.id === server.unit) : undefined
}

/** Pieces that the filter of a unit lets in as well, cut down to that part; all of them where there is no unit. */
export const leftByUnit = (unit: Unit | undefined, pieces: readonly Piece[]): readonly Piece[] =>
  unit === undefined
    ? pieces
    : pieces.flatMap((piece) => {
        const remotes = pastUnit(unit, piece)
        return remotes.length === 0 ? [] : [{ ...piece, remotes }]
      })

/**
 * Whom of those that the firewall lets in the filter of a unit lets in as well: an address of IPAddressAllow= always, else none of IPAddressDeny=
 * (systemd.resource-control(5)). Of the unit alone: lists of its slice, which add to these, are not asked.
 */
function pastUnit({ properties }: Unit, { family, remotes }: Pick<Piece, 'family' | 'remotes'>): AddressSet {
  const listed = (name: string) =>
    networksToSet(
      (properties[name] ?? '').split(/\s+/).filter((word) => word !== ''),
      family,
    )
  return subtract(remotes, subtract(listed('IPAddressDeny'), listed('IPAddressAllow')))
}
