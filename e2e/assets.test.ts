import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

/** `assets/` is data only, and what is built from it finds what it needs. */
const assets = fileURLToPath(new URL('../assets/', import.meta.url))
const read = (path: string): Buffer => readFileSync(assets + path)

/** Width and height of a PNG: its first chunk is IHDR (PNG specification, 11.2.2). */
function sizeOf(path: string): readonly [width: number, height: number] {
  const png = read(path)
  expect(png.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'))
  return [png.readUInt32BE(16), png.readUInt32BE(20)]
}

test('holds only folders and kinds of files that are known', () => {
  const kinds: Readonly<Record<string, RegExp>> = {
    advisories: /^[a-z-]+\.json$/,
    checklists: /^[a-z-]+\.json$/,
    icons: /^(?:icon\.(?:svg|png)|linux|linux[\\/]\d+x\d+\.png)$/,
    publishers: /^publishers\.json$/,
    schemas: /^[a-z-]+\.schema\.json$/,
    screenshots: /^[a-z-]+\.png$/,
    templates: /^(?:signatures\.json|[a-z0-9-]+(?:[\\/]manifest\.json)?)$/,
  }
  const entries = readdirSync(assets, { withFileTypes: true })
  expect(entries.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual(['README.md'])
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const strangers = readdirSync(assets + name, { recursive: true, encoding: 'utf8' }).filter((file) => !kinds[name]?.test(file))
    expect([name, strangers]).toEqual([name, []])
  }
})

describe('the icon', () => {
  test('is as large as electron-builder wants it: 512 for ico, 1024 for icns', () => expect(sizeOf('icons/icon.png')).toEqual([1024, 1024]))

  test('has every size of the hicolor theme, each as its name says', () => {
    const names = readdirSync(`${assets}icons/linux`).sort()
    expect(names).toEqual([16, 32, 48, 64, 128, 256, 512].map((size) => `${size}x${size}.png`).sort())
    for (const name of names) expect(`${sizeOf(`icons/linux/${name}`).join('x')}.png`).toBe(name)
  })

  test('is the mark of the window, in two flat colours', () => {
    const drawing = read('icons/icon.svg').toString()
    const mark = /GatehouseMark[\s\S]*?<path d="([^"]+)"/.exec(
      readFileSync(new URL('../renderer/ui/icons.tsx', import.meta.url), 'utf8'),
    )?.[1]
    expect(drawing).toContain(`<path d="${mark}"/>`)
    expect(drawing).not.toMatch(/gradient|filter|image|script|href/i)
    expect([...new Set(drawing.match(/#[0-9a-f]{6}/g))]).toHaveLength(2)
  })
})

test.each(['audit-report', 'fleet'])('%s.schema.json is JSON Schema 2020-12', (name) => {
  expect(JSON.parse(read(`schemas/${name}.schema.json`).toString())).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
  })
})
