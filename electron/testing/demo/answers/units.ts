import { type Answering, printed } from '../answer.ts'

/** `systemctl show`: one block of properties per unit, an empty line between. */
export const units: Answering = (host) =>
  printed(
    host.units
      .map(({ id, properties }) =>
        Object.entries({ Id: id, ...properties })
          .map(([key, value]) => `${key}=${value}\n`)
          .join(''),
      )
      .join('\n'),
  )
