import { z } from 'zod'

export const minimumSize = { width: 1180, height: 720 } as const
const firstSize = { width: 1440, height: 900 } as const

export const windowStateSchema = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int(),
  height: z.int(),
  maximised: z.boolean(),
})
export type WindowState = z.infer<typeof windowStateSchema>
export const firstWindowState: WindowState = { ...firstSize, maximised: false }

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/**
 * Where the window opens: where it was, if its title bar can still be reached on one of the `workAreas`; else centred (no position).
 * Sizes are kept between the minimum and the display.
 */
export function boundsFor(state: WindowState, workAreas: readonly Rectangle[]): Partial<Rectangle> & { width: number; height: number } {
  const { x, y } = state
  const home = x === undefined || y === undefined ? undefined : workAreas.find((area) => titleBarReachable(x, y, state.width, area))
  const area = home ?? workAreas[0]
  const width = Math.max(minimumSize.width, Math.min(state.width, area?.width ?? state.width))
  const height = Math.max(minimumSize.height, Math.min(state.height, area?.height ?? state.height))
  return home === undefined || x === undefined || y === undefined ? { width, height } : { x, y, width, height }
}

/** At least this much of the title bar must lie on a display to be dragged by. */
const grip = 100

const titleBarReachable = (x: number, y: number, width: number, area: Rectangle): boolean =>
  x + width >= area.x + grip && x <= area.x + area.width - grip && y >= area.y && y <= area.y + area.height - grip
