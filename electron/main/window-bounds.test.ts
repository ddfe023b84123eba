import { expect, test } from 'vitest'
import { boundsFor, firstWindowState, type Rectangle, type WindowState } from './window-bounds.ts'

const laptop: Rectangle = { x: 0, y: 24, width: 1920, height: 1056 }
const second: Rectangle = { x: 1920, y: 0, width: 2560, height: 1440 }
const at = (x: number, y: number, width = 1440, height = 900): WindowState => ({ x, y, width, height, maximised: false })

test.each<[string, WindowState, Rectangle[], object]>([
  ['the first start is centred', firstWindowState, [laptop], { width: 1440, height: 900 }],
  ['where it was', at(100, 100), [laptop], { x: 100, y: 100, width: 1440, height: 900 }],
  ['on the second display', at(2500, 50), [laptop, second], { x: 2500, y: 50, width: 1440, height: 900 }],
  ['the second display is gone', at(2500, 50), [laptop], { width: 1440, height: 900 }],
  ['partly outside but within reach', at(-1300, 30), [laptop], { x: -1300, y: 30, width: 1440, height: 900 }],
  ['a sliver only', at(-1400, 30), [laptop], { width: 1440, height: 900 }],
  ['title bar above the display', at(100, -500), [laptop], { width: 1440, height: 900 }],
  ['title bar below the display', at(100, 1079), [laptop], { width: 1440, height: 900 }],
  ['too small', at(100, 100, 10, 10), [laptop], { x: 100, y: 100, width: 1180, height: 720 }],
  ['larger than the display', at(0, 24, 9000, 9000), [laptop], { x: 0, y: 24, width: 1920, height: 1056 }],
  ['a display below the minimum', at(0, 0), [{ x: 0, y: 0, width: 800, height: 600 }], { x: 0, y: 0, width: 1180, height: 720 }],
  ['no display is known', at(0, 0), [], { width: 1440, height: 900 }],
])('%s', (_name, state, areas, expected) => {
  expect(boundsFor(state, areas)).toEqual(expected)
})
